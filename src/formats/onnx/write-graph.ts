// A changed graph written into the GraphProto it was read from: only what a cut, new weights or new nodes change differs.
import type { Attribute, Graph, Node, Shape } from '../../model/graph';
import { elementCount, int64, integers } from '../../model/tensor';
import type { Weight } from '../../model/weight';
import { inferShapes } from '../../ops/infer';
import { attributeOf, nameOf, withValue } from './attributes';
import { readNames } from './captures';
import type { Computed } from './computed-weights';
import { dequantization, isQuantized } from './dequantization';
import { encodeNode, encodeTensor } from './encode';
import type { ImportedGraph, NodeRecord } from './import-graph';
import { inOrder } from './in-order';
import { AttributeField, GraphField, NodeField, SparseField, TensorField, ValueInfoField } from './messages';
import { attributeInstead, older } from './normalise/older';
import { elementType } from './stored-tensor';
import { newSparseTensor, type TensorEdits } from './tensor-edits';
import { infoOf, withSizes } from './value-info';
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
  readonly #before: ReadonlyMap<string, Node>;
  readonly #after: ReadonlyMap<string, Node>;
  readonly #added = new Map<string, Message>();
  /** Weights whose zeros are left out from now on. */
  readonly #sparse = new Map<string, Message>();
  readonly #fileNodes: readonly Message[];
  readonly #dequantizing: Message[] = [];
  /** What weights that the file worked out are stored as. */
  readonly #fewerBits: Message[] = [];
  readonly #changedVectors: ReadonlySet<string>;
  readonly #shapesBefore: ReadonlyMap<string, Shape>;
  readonly #shapesAfter: ReadonlyMap<string, Shape>;

  constructor(
    private readonly source: Source,
    private readonly changed: Graph,
    private readonly edits: TensorEdits,
  ) {
    this.#before = byName(source.graph);
    this.#after = byName(changed);
    this.#fileNodes = source.proto.messages(GraphField.node);
    this.#changedVectors = this.#vectorsChanged();
    this.#shapesBefore = inferShapes(source.graph);
    this.#shapesAfter = inferShapes(changed);
  }

  async write(): Promise<Message> {
    const { proto, imported } = this.source;
    const known = new Set<string>();
    const nodes: Message[] = [];
    for (const record of imported.records) {
      for (const { name } of record.nodes) known.add(name);
      const made = await this.#node(record);
      if (made !== undefined) nodes.push(made);
    }
    const inserted = this.changed.nodes.filter(({ name }) => !known.has(name));
    nodes.push(...inserted.map((node) => this.#insert(node)));
    for (const [name, weight] of this.changed.weights) {
      if (!imported.stored.has(name) && !this.#isShared(name)) await this.#add(name, weight);
    }
    const kept = this.#withoutUnread(nodes);
    const read = readNames(kept, proto);
    const initializers = await this.#initializers(read);
    const all = [...this.#dequantizing, ...kept];
    const ordered = inserted.length === 0 ? all : sorted(all, proto, initializers, this.#sparse.keys());
    return this.#withShapes(
      withListed(proto, initializers)
        .with(GraphField.node, BYTES, ordered)
        .with(GraphField.initializer, BYTES, initializers)
        .with(GraphField.sparseInitializer, BYTES, this.#sparseInitializers(read)),
    );
  }

  /** The file's node brought up to date; undefined where it is gone. */
  async #node(record: NodeRecord): Promise<Message | undefined> {
    const file = this.#fileNodes[record.index] as Message;
    if (record.nodes.length === 0) return this.#folded(record, file);
    const present = record.nodes.filter(({ name }) => this.#after.has(name));
    if (present.length === 0) return undefined;
    if (present.length < record.nodes.length) {
      throw new Error(`part of ${file.text(NodeField.opType)} "${file.text(NodeField.name)}" is gone`);
    }
    const renamed = new Map<string, string>();
    const added = new Map<number, string>();
    for (const imported of record.nodes) {
      const [before, after] = [this.#before.get(imported.name), this.#after.get(imported.name)];
      if (before === undefined || after === undefined) continue;
      after.inputs.forEach((name, i) => {
        const apart = this.source.copies.has(name) && !this.#isShared(name);
        if ((name === before.inputs[i] && !apart) || name === '') return;
        if (imported.inputs[i]) renamed.set(imported.inputs[i], name);
        else added.set(i, name);
      });
    }
    const last = record.nodes.at(-1) as Node;
    const own = [this.#before.get(last.name), this.#after.get(last.name)] as [Node, Node];
    const read = this.#withInputs(this.#withOutputs(withoutZeros(file, record, own), own), record, renamed);
    return this.#withDerived(this.#withAttributes(this.#withAdded(read, added), record), record);
  }

  #withOutputs(file: Message, [before, after]: readonly [Node, Node]): Message {
    const outputs = file.texts(NodeField.output);
    const made = outputs.map((name, i) => (before.outputs[i] === after.outputs[i] ? name : (after.outputs[i] ?? name)));
    return made.every((name, i) => name === outputs[i])
      ? file
      : file.with(
          NodeField.output,
          BYTES,
          made.map((name) => Buffer.from(name)),
        );
  }

  #withInputs(file: Message, record: NodeRecord, renamed: ReadonlyMap<string, string>): Message {
    let result = file;
    const inputs = file.texts(NodeField.input);
    for (const [from, to] of renamed) {
      const attribute = record.moved.get(from);
      const constant = this.changed.constants.get(to);
      if (attribute !== undefined && constant !== undefined) {
        const numbers = integers(constant);
        result = setAttribute(result, attribute, constant.shape.length === 0 ? (numbers[0] ?? 0) : numbers);
        continue;
      }
      if (constant !== undefined && !this.source.graph.constants.has(to))
        this.#added.set(to, encodeTensor(to, constant));
      record.inputs.forEach((name, i) => {
        if (name === from) inputs[i] = to;
      });
      result = result.with(
        NodeField.input,
        BYTES,
        inputs.map((name) => Buffer.from(name)),
      );
    }
    return result;
  }

  /** Inputs that the file's node had left out: the sizes of a Split into equal parts. */
  #withAdded(file: Message, added: ReadonlyMap<number, string>): Message {
    const inputs = file.texts(NodeField.input);
    let result = file;
    for (const [place, name] of added) {
      const constant = this.changed.constants.get(name);
      const attribute = attributeInstead(file.text(NodeField.opType), place, this.source.opset);
      if (attribute !== undefined && constant !== undefined) {
        result = setAttribute(result, attribute, integers(constant));
        continue;
      }
      if (constant !== undefined) this.#added.set(name, encodeTensor(name, constant));
      while (inputs.length < place) inputs.push('');
      inputs[place] = name;
      result = result.with(
        NodeField.input,
        BYTES,
        inputs.map((input) => Buffer.from(input)),
      );
    }
    return result;
  }

  #withAttributes(file: Message, record: NodeRecord): Message {
    const pairs = record.nodes.map(({ name }) => [this.#before.get(name), this.#after.get(name)] as [Node, Node]);
    if (pairs.length > 1) return pairs.reduce((message, pair) => withSharedAttributes(message, pair), file);
    const [[before, after]] = pairs as [[Node, Node]];
    if (before === after) return file;
    const gone = Object.keys(before.attributes).filter((name) => after.attributes[name] === undefined);
    const kept = file.messages(NodeField.attribute).filter((attribute) => !gone.includes(nameOf(attribute)));
    const trimmed = gone.length === 0 ? file : file.with(NodeField.attribute, BYTES, kept);
    return Object.entries(after.attributes).reduce((message, [name, value]) => {
      return same(before.attributes[name], value) || !isNumeric(value) ? message : setAttribute(message, name, value);
    }, trimmed);
  }

  /** Attributes that say a size, or that the file leaves to be worked out from one. */
  #withDerived(file: Message, { inputs, follows, keeps }: NodeRecord): Message {
    const [before, after] = [this.#shapesBefore, this.#shapesAfter];
    const sized = [...(follows ?? [])].reduce((message, [attribute, { value, axis }]) => {
      const [own, now] = [before.get(value)?.[axis], after.get(value)?.[axis]];
      return typeof now === 'number' && own !== now ? setAttribute(message, attribute, now) : message;
    }, file);
    const resized = inputs.some((name) => before.get(name)?.some((size, axis) => size !== after.get(name)?.[axis]));
    if (!resized) return sized;
    return [...(keeps ?? [])].reduce((message, [attribute, value]) => setAttribute(message, attribute, value), sized);
  }

  /** A Constant, a ConstantOfShape, or what repeats a value. */
  async #folded(record: NodeRecord, file: Message): Promise<Message | undefined> {
    const [name = ''] = file.texts(NodeField.output);
    if (this.source.imported.stored.get(name) !== record.index) return file;
    const computed = this.source.imported.computed.get(name);
    if (computed !== undefined) return this.#computed(name, computed, file);
    const weight = this.#changedWeight(name);
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
      this.#changedWeight(name) === undefined &&
      ![...weights].some((own) => this.#changedWeight(own) !== undefined || this.#changedVectors.has(own)) &&
      [...nodes].every((node) => this.#before.get(node.name) === this.#after.get(node.name));
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

  /** Whether a vector that the file holds once for several layers can stay so: none of them changed it. */
  #isShared(copy: string): boolean {
    const original = this.source.copies.get(copy);
    return original !== undefined && !this.#changedVectors.has(original);
  }

  /** Vectors of the file that a layer changed, be it in its own copy. */
  #vectorsChanged(): Set<string> {
    const originals = [...this.source.copies].filter(
      ([copy, original]) => this.#changedWeight(copy) !== undefined || this.#changedWeight(original) !== undefined,
    );
    return new Set(originals.map(([, original]) => original));
  }

  #changedWeight(name: string): Weight | undefined {
    const [before, after] = [this.source.graph.weights.get(name), this.changed.weights.get(name)];
    const kept =
      before?.bytes === after?.bytes &&
      same(before?.shape, after?.shape) &&
      before?.storage.sparse === after?.storage.sparse;
    return kept ? undefined : after;
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
      const weight = this.#changedWeight(name);
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
      const weight = this.#changedWeight(name);
      if (weight !== undefined && read.has(name)) await this.#add(name, weight);
    }
    for (const [name, tensor] of this.#added) if (read.has(name)) result.push(tensor);
    return [...result, ...this.#fewerBits];
  }

  /** Those that did not change, and new ones. */
  #sparseInitializers(read: ReadonlySet<string>): Message[] {
    const kept = this.source.proto.messages(GraphField.sparseInitializer).filter((sparse) => {
      const name = sparseName(sparse);
      return this.#changedWeight(name) === undefined && (read.has(name) || !this.#wasRead.has(name));
    });
    return [...kept, ...[...this.#sparse].flatMap(([name, tensor]) => (read.has(name) ? [tensor] : []))];
  }

  /** The stored weight and its scales; a node before all others makes of them what the weight was. */
  #quantized(weight: Weight): Message[] {
    const { tensors, node } = dequantization(weight);
    this.#dequantizing.push(encodeNode(node));
    return tensors.map(({ name, ...tensor }) => this.edits.newTensor(name, { ...weight, ...tensor, name }));
  }

  /** The value that a name only repeats, by an Identity of the file; itself where it does not. */
  #original(name: string): string {
    this.#repeated ??= new Map(
      this.#fileNodes
        .filter((node) => node.text(NodeField.opType) === 'Identity')
        .map((node) => [node.texts(NodeField.output)[0] ?? '', node.texts(NodeField.input)[0] ?? '']),
    );
    const shapes = this.#shapesBefore;
    let original = name;
    for (let own: string | undefined = name; own !== undefined && !shapes.has(original); own = this.#repeated.get(own))
      original = own;
    return original;
  }

  #repeated: ReadonlyMap<string, string> | undefined;

  /** Sizes that the file states of values, inputs and outputs. */
  #withShapes(graph: Message): Message {
    const [before, after] = [this.#shapesBefore, this.#shapesAfter];
    const update = (message: Message, number: number): Message => {
      const infos = message.messages(number);
      const updated = infos.map((info) => {
        const name = this.#original(info.text(ValueInfoField.name));
        const [own, now]: (Shape | undefined)[] = [before.get(name), after.get(name)];
        return own && now ? withSizes(info, own, now) : info;
      });
      return updated.every((info, i) => info === infos[i]) ? message : message.with(number, BYTES, updated);
    };
    return [GraphField.input, GraphField.output, GraphField.valueInfo].reduce(update, graph);
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

/** Initial states of zeros, which the graph leaves out: once its width changed, those of the file no longer fit. */
function withoutZeros(file: Message, { inputs, nodes }: NodeRecord, [before, after]: readonly [Node, Node]): Message {
  const imported = nodes.at(-1);
  if (before.attributes.hidden_size === after.attributes.hidden_size || imported === undefined) return file;
  const kept = file.texts(NodeField.input).map((name, i) => (inputs[i] && !imported.inputs[i] ? '' : name));
  const names = kept.slice(0, kept.findLastIndex((name) => name !== '') + 1);
  return file.with(
    NodeField.input,
    BYTES,
    names.map((name) => Buffer.from(name)),
  );
}

function sparseName(sparse: Message): string {
  return sparse.message(SparseField.values)?.text(TensorField.name) ?? '';
}

function byName(graph: Graph): Map<string, Node> {
  return new Map(graph.nodes.map((node) => [node.name, node]));
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

function setAttribute(node: Message, name: string, value: number | readonly number[]): Message {
  const attributes = node.messages(NodeField.attribute);
  const known = attributes.some((attribute) => nameOf(attribute) === name);
  const updated = attributes.map((attribute) => (nameOf(attribute) === name ? withValue(attribute, value) : attribute));
  return node.with(NodeField.attribute, BYTES, known ? updated : [...updated, attributeOf(name, value)]);
}

/** What a part of the file's node has changed of an attribute that the whole has too: the groups of a fused convolution. */
function withSharedAttributes(file: Message, [before, after]: readonly [Node, Node]): Message {
  const named = new Set(file.messages(NodeField.attribute).map(nameOf));
  return Object.entries(after.attributes).reduce((message, [name, value]) => {
    const changed = named.has(name) && !same(before.attributes[name], value) && isNumeric(value);
    return changed ? setAttribute(message, name, value) : message;
  }, file);
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

function isNumeric(value: Attribute): value is number | readonly number[] {
  return typeof value === 'number' || (Array.isArray(value) && value.every((item) => typeof item === 'number'));
}

function same(a: Attribute | undefined, b: Attribute | undefined): boolean {
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((item, i) => item === b[i]);
  return a === b;
}

/** Whether every element is the same: moved on by one, they are what they were. */
async function isUniform(weight: Weight): Promise<boolean> {
  const bytes = await weight.bytes();
  const size = bytes.length / Math.max(1, elementCount(weight.shape));
  return Buffer.compare(bytes.subarray(size), bytes.subarray(0, bytes.length - size)) === 0;
}
