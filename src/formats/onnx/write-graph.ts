// A changed graph written into the GraphProto it was read from: only what a cut, new weights or new nodes change differs.
import type { Graph, Node } from '../../model/graph';
import { elementCount, int64 } from '../../model/tensor';
import type { Weight } from '../../model/weight';
import { inferShapes } from '../../ops/infer';
import { readNames } from './captures';
import { changedNode, type GraphState, type NodeChanges } from './changed-node';
import { ChangedWeights } from './changed-weights';
import type { Computed } from './computed-weights';
import { dequantization, isQuantized } from './dequantization';
import { encodeNode, encodeTensor } from './encode';
import type { ImportedGraph, NodeRecord } from './import-graph';
import { inOrder } from './in-order';
import { AttributeField, GraphField, NodeField, SparseField, TensorField, ValueInfoField } from './messages';
import { older } from './normalise/older';
import { withStatedShapes } from './stated-shapes';
import { elementType } from './stored-tensor';
import { newSparseTensor, type TensorEdits } from './tensor-edits';
import { infoOf } from './value-info';
import { BYTES, Message } from './wire';

export interface Source {
  readonly proto: Message;
  readonly imported: ImportedGraph;
  /** Vectors that layers share in the file, by the names they have apart. */
  readonly copies: ReadonlyMap<string, string>;
  /** The graph as it was handed out. */
  readonly graph: Graph;
  readonly opset: number;
}

export async function writeGraph(source: Source, changed: Graph, edits: TensorEdits): Promise<Message> {
  return new GraphWriter(source, changed, edits).write();
}

class GraphWriter {
  readonly #changes: NodeChanges;
  readonly #weights: ChangedWeights;
  readonly #added = new Map<string, Message>();
  /** Weights whose zeros are left out from now on. */
  readonly #sparse = new Map<string, Message>();
  readonly #fileNodes: readonly Message[];
  readonly #dequantizing: Message[] = [];
  /** What weights that the file worked out are stored as. */
  readonly #fewerBits: Message[] = [];

  constructor(
    private readonly source: Source,
    private readonly changed: Graph,
    private readonly edits: TensorEdits,
  ) {
    const { graph, copies, opset } = source;
    this.#fileNodes = source.proto.messages(GraphField.node);
    this.#weights = new ChangedWeights(graph, changed, copies);
    this.#changes = {
      before: stateOf(graph),
      after: stateOf(changed),
      opset,
      isApart: (name) => this.#weights.isApart(name),
    };
  }

  async write(): Promise<Message> {
    const { proto, imported } = this.source;
    // What lays a token out for every sample stands in the graph that runs alone.
    const known = new Set(this.source.graph.nodes.map(({ name }) => name));
    const nodes: Message[] = [];
    for (const record of imported.records) {
      const made = await this.#node(record);
      if (made !== undefined) nodes.push(made);
    }
    const inserted = this.changed.nodes.filter(({ name }) => !known.has(name));
    nodes.push(...inserted.map((node) => this.#insert(node)));
    for (const [name, weight] of this.changed.weights) {
      if (!imported.stored.has(name) && !this.#weights.isShared(name)) await this.#add(name, weight);
    }
    const kept = this.#withoutUnread(nodes);
    const read = readNames(kept, proto);
    const initializers = await this.#initializers(read);
    const all = [...this.#dequantizing, ...kept];
    const ordered = inserted.length === 0 ? all : sorted(all, proto, initializers, this.#sparse.keys());
    const listed = withListed(proto, initializers)
      .with(GraphField.node, BYTES, ordered)
      .with(GraphField.initializer, BYTES, initializers)
      .with(GraphField.sparseInitializer, BYTES, this.#sparseInitializers(read));
    const { before, after } = this.#changes;
    return withStatedShapes(listed, this.#fileNodes, before.shapes, after.shapes);
  }

  /** The file's node brought up to date; undefined where it is gone. */
  async #node(record: NodeRecord): Promise<Message | undefined> {
    const file = this.#fileNodes[record.index] as Message;
    if (record.nodes.length === 0) return this.#folded(record, file);
    const changed = changedNode(file, record, this.#changes);
    for (const [name, constant] of changed?.constants ?? []) this.#added.set(name, encodeTensor(name, constant));
    return changed?.message;
  }

  /** A Constant, a ConstantOfShape, or what repeats a value. */
  async #folded(record: NodeRecord, file: Message): Promise<Message | undefined> {
    const [name = ''] = file.texts(NodeField.output);
    if (this.source.imported.stored.get(name) !== record.index) return file;
    const computed = this.source.imported.computed.get(name);
    if (computed !== undefined) return this.#computed(name, computed, file);
    const weight = this.#weights.of(name);
    if (weight === undefined) return file;
    const attribute = file.messages(NodeField.attribute)[0];
    if (weight.storage.sparse !== undefined) {
      await this.#add(name, weight);
      return undefined;
    }
    if (file.text(NodeField.opType) === 'Constant') {
      const stored = attribute?.message(AttributeField.tensor);
      const tensor = stored ? this.edits.withWeight(stored, weight) : this.edits.newTensor('', weight);
      return file.with(NodeField.attribute, BYTES, [tensorAttribute(attribute, tensor)]);
    }
    if (await isUniform(weight)) {
      const shape = `${name}:shape`;
      this.#added.set(shape, encodeTensor(shape, int64(weight.shape)));
      return file.with(NodeField.input, BYTES, [Buffer.from(shape)]);
    }
    await this.#add(name, weight);
    return undefined;
  }

  /** What the file works out stays so as long as it, and all it is worked out from, is what it was. */
  async #computed(name: string, { weights, nodes }: Computed, file: Message): Promise<Message | undefined> {
    const weight = this.changed.weights.get(name);
    const isSame =
      this.#weights.of(name) === undefined &&
      ![...weights].some((own) => this.#weights.has(own)) &&
      [...nodes].every(
        (node) => this.#changes.before.nodes.get(node.name) === this.#changes.after.nodes.get(node.name),
      );
    if (weight === undefined || isSame) return file;
    const type = this.source.graph.weights.get(name)?.storage.type;
    if (weight.storage.quantization === undefined && weight.storage.type === type) await this.#add(name, weight);
    else this.#fewerBits.push(...this.#quantized(weight));
    return undefined;
  }

  /** A weight that the file has in another place, or not at all. */
  async #add(name: string, weight: Weight): Promise<void> {
    if (weight.storage.sparse === undefined) this.#added.set(name, this.edits.newTensor(name, weight));
    else this.#sparse.set(name, await newSparseTensor(name, weight, weight.storage.type));
  }

  #insert(node: Node): Message {
    for (const name of node.inputs) {
      const constant = this.changed.constants.get(name);
      if (constant !== undefined && !this.source.imported.stored.has(name)) {
        this.#added.set(name, encodeTensor(name, constant));
      }
    }
    return encodeNode(older(node, this.source.opset, (name) => this.changed.constants.get(name)));
  }

  /** Without folded nodes that nothing reads any more, but did, and those that only they read. */
  #withoutUnread(nodes: readonly Message[]): readonly Message[] {
    this.#foldedNodes ??= new Set(
      this.source.imported.records.filter(({ nodes }) => nodes.length === 0).map(({ index }) => this.#fileNodes[index]),
    );
    const read = readNames(nodes, this.source.proto);
    const kept = nodes.filter((node) => {
      const outputs = node.texts(NodeField.output).filter((name) => name !== '');
      const isUnread = outputs.every((name) => !read.has(name)) && outputs.some((name) => this.#wasRead.has(name));
      return !(isUnread && this.#foldedNodes?.has(node));
    });
    return kept.length === nodes.length ? kept : this.#withoutUnread(kept);
  }

  #foldedNodes: ReadonlySet<Message | undefined> | undefined;

  get #wasRead(): ReadonlySet<string> {
    this.#readBefore ??= readNames(this.#fileNodes, this.source.proto);
    return this.#readBefore;
  }

  #readBefore: ReadonlySet<string> | undefined;

  async #initializers(read: ReadonlySet<string>): Promise<Message[]> {
    const result: Message[] = [];
    for (const tensor of this.source.proto.messages(GraphField.initializer)) {
      const name = tensor.text(TensorField.name);
      if (!read.has(name) && this.#wasRead.has(name)) continue;
      const weight = this.#weights.of(name);
      if (weight?.storage.sparse !== undefined) {
        const type = elementType(tensor.integer(TensorField.dataType)) ?? 'float32';
        this.#sparse.set(name, await newSparseTensor(name, weight, type));
        continue;
      }
      if (weight !== undefined && isQuantized(weight, tensor)) result.push(...this.#quantized(weight));
      else result.push(weight === undefined ? tensor : this.edits.withWeight(tensor, weight));
    }
    // A sparse one that changed is written in full, unless it was made sparse again: its zeros may lie elsewhere now.
    for (const sparse of this.source.proto.messages(GraphField.sparseInitializer)) {
      const name = sparseName(sparse);
      const weight = this.#weights.of(name);
      if (weight !== undefined && read.has(name)) await this.#add(name, weight);
    }
    for (const [name, tensor] of this.#added) if (read.has(name)) result.push(tensor);
    return [...result, ...this.#fewerBits];
  }

  /** Those that did not change, and new ones. */
  #sparseInitializers(read: ReadonlySet<string>): Message[] {
    const kept = this.source.proto.messages(GraphField.sparseInitializer).filter((sparse) => {
      const name = sparseName(sparse);
      return this.#weights.of(name) === undefined && (read.has(name) || !this.#wasRead.has(name));
    });
    return [...kept, ...[...this.#sparse].flatMap(([name, tensor]) => (read.has(name) ? [tensor] : []))];
  }

  /** The stored weight and its scales; a node before all others makes of them what the weight was. */
  #quantized(weight: Weight): Message[] {
    const { tensors, node } = dequantization(weight);
    this.#dequantizing.push(encodeNode(node));
    return tensors.map(({ name, ...tensor }) => this.edits.newTensor(name, { ...weight, ...tensor, name }));
  }
}

/**
 * Before IR version 4 files list initializers among the inputs too: without its tensor, one would have to be fed, and one
 * that is new must be listed.
 */
function withListed(graph: Message, initializers: readonly Message[]): Message {
  const before = new Set(graph.messages(GraphField.initializer).map((tensor) => tensor.text(TensorField.name)));
  const after = new Map(initializers.map((tensor) => [tensor.text(TensorField.name), tensor]));
  const inputs = graph.messages(GraphField.input);
  const listed = new Set(inputs.map((info) => info.text(ValueInfoField.name)));
  if (![...before].some((name) => listed.has(name))) return graph;
  const kept = inputs.filter((info) => {
    const name = info.text(ValueInfoField.name);
    return !before.has(name) || after.has(name);
  });
  const added = [...after].flatMap(([name, tensor]) => (before.has(name) || listed.has(name) ? [] : [infoOf(tensor)]));
  return graph.with(GraphField.input, BYTES, [...kept, ...added]);
}

function sparseName(sparse: Message): string {
  return sparse.message(SparseField.values)?.text(TensorField.name) ?? '';
}

function stateOf(graph: Graph): GraphState {
  const nodes = new Map(graph.nodes.map((node) => [node.name, node]));
  return { nodes, shapes: inferShapes(graph), constants: graph.constants };
}

function sorted(
  nodes: readonly Message[],
  graph: Message,
  initializers: readonly Message[],
  sparse: Iterable<string>,
): Message[] {
  const known = new Set([
    ...graph.messages(GraphField.input).map((info) => info.text(ValueInfoField.name)),
    ...initializers.map((tensor) => tensor.text(TensorField.name)),
    ...graph.messages(GraphField.sparseInitializer).map(sparseName),
    ...sparse,
  ]);
  return inOrder(nodes, known).map((index) => nodes[index] as Message);
}

/** A Constant's tensor: other kinds of values become one. */
function tensorAttribute(attribute: Message | undefined, tensor: Message): Message {
  const TENSOR = 4n;
  if (attribute?.message(AttributeField.tensor)) return attribute.with(AttributeField.tensor, BYTES, [tensor]);
  return new Message([])
    .withText(AttributeField.name, 'value')
    .with(AttributeField.type, 0, [TENSOR])
    .with(AttributeField.tensor, BYTES, [tensor]);
}

/** Whether every element is the same: moved on by one, they are what they were. */
async function isUniform(weight: Weight): Promise<boolean> {
  const bytes = await weight.bytes();
  const size = bytes.length / Math.max(1, elementCount(weight.shape));
  return Buffer.compare(bytes.subarray(size), bytes.subarray(0, bytes.length - size)) === 0;
}
