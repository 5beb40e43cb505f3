// A GraphProto as a graph of ours, at opset 18, and how each of its nodes came about: what writing back needs.
import { UserError } from '../../errors';
import type { Attribute, Graph, Node, Shape, Value } from '../../model/graph';
import { BYTES_PER_ELEMENT, type ElementType, elementCount, float32, type Tensor } from '../../model/tensor';
import { type Weight, weightValues } from '../../model/weight';
import { operatorFor } from '../../ops/index';
import { Inference } from '../../ops/infer';
import type { Axis } from '../../ops/operator';
import { encodedAttribute, nameOf, plainAttribute } from './attributes';
import { capturesOf, readNames } from './captures';
import type { Computed } from './computed-weights';
import { constantOf } from './constant-node';
import { folded } from './fold';
import { inOrder } from './in-order';
import { AttributeField, GraphField, NodeField } from './messages';
import { ruleFor } from './normalise/index';
import type { Scope } from './normalise/rule';
import { sparseTensor } from './sparse-tensor';
import { type ExternalFiles, loaded, type StoredTensor, storedTensor } from './stored-tensor';
import { isStructure } from './structure';
import { withSubgraphs } from './subgraph';
import { readValueInfo } from './value-info';
import type { Message } from './wire';

/** How a node of the file came into the graph. */
export interface NodeRecord {
  /** Its place among the file's nodes. */
  readonly index: number;
  /** Its inputs, where one only repeats another value the one it repeats. */
  readonly inputs: readonly string[];
  /** What stands for it in the graph: nothing where it was folded into a weight or constant. */
  readonly nodes: readonly Node[];
  /** Constants that stand for attributes of the file, by name. */
  readonly moved: ReadonlyMap<string, string>;
  /** Attributes that are the size of an axis of what stands for it in the graph. */
  readonly follows?: ReadonlyMap<string, Axis>;
  /** Attributes that the file leaves to be worked out from widths. */
  readonly keeps?: ReadonlyMap<string, number>;
}

export interface ImportedGraph {
  readonly graph: Graph;
  readonly records: readonly NodeRecord[];
  /** The file's node that a weight or constant is the value of; -1 for an initializer. */
  readonly stored: ReadonlyMap<string, number>;
  /** Weights that the file works out from others. */
  readonly computed: ReadonlyMap<string, Computed>;
  /** Why nodes are opaque, and their names. */
  readonly opaque: ReadonlyMap<string, readonly string[]>;
}

export interface ImportOptions {
  readonly opset: number;
  /** Versions of the other operator sets, by domain. */
  readonly domains: ReadonlyMap<string, number>;
  readonly external: ExternalFiles;
}

/** Integers and truths that describe a structure, in memory. */
const MAX_CONSTANT_BYTES = 64 * 2 ** 20;

/** A node of a few bytes makes a tensor of any size: all of them together as many as protobuf lets a file hold. */
const MAX_FILLED_BYTES = 2 ** 31;

export async function importGraph(proto: Message, options: ImportOptions): Promise<ImportedGraph> {
  return new GraphImport(proto, options).run();
}

/** What a value is called where the file's own names would clash with ours. */
class Names {
  readonly #taken: Set<string>;

  constructor(taken: Iterable<string>) {
    this.#taken = new Set(taken);
  }

  fresh(wanted: string): string {
    let name = wanted;
    for (let i = 2; this.#taken.has(name); i++) name = `${wanted}_${i}`;
    this.#taken.add(name);
    return name;
  }
}

class GraphImport {
  readonly #weights = new Map<string, Weight>();
  readonly #constants = new Map<string, Tensor>();
  readonly #stored = new Map<string, number>();
  readonly #aliases = new Map<string, string>();
  readonly #nodes: Node[] = [];
  readonly #records: NodeRecord[] = [];
  readonly #opaque = new Map<string, string[]>();
  readonly #declared = new Map<string, Shape>();
  readonly #inference = new Inference((name) => this.#constants.get(name), this.#declared);
  readonly #fileNodes: readonly Message[];
  readonly #values: Names;
  readonly #nodeNames = new Names([]);
  readonly #read: ReadonlySet<string>;
  readonly #makers = new Map<string, Node>();
  /** Of the graph's inputs. */
  readonly #types = new Map<string, ElementType>();
  /** What weights hold that a ConstantOfShape fills. */
  readonly #fills = new Map<string, number>();
  #filledBytes = 0;

  constructor(
    private readonly proto: Message,
    private readonly options: ImportOptions,
  ) {
    this.#fileNodes = proto.messages(GraphField.node);
    this.#values = new Names(this.#fileNodes.flatMap((node) => node.texts(NodeField.output)));
    this.#read = readNames(this.#fileNodes, proto);
  }

  async run(): Promise<ImportedGraph> {
    const initializers = await this.#initializers();
    const inputs = this.#inputs(initializers);
    for (const info of this.proto.messages(GraphField.valueInfo)) this.#declare(info);
    for (const info of this.proto.messages(GraphField.output)) this.#declare(info);
    const structure = isStructure(this.#fileNodes);
    if (this.#fileNodes.some((node) => RECURRENT.has(node.text(NodeField.opType)))) await this.#findZeros(initializers);
    for (const tensor of initializers.values()) await this.#keep(tensor, structure, -1);
    const known = new Set([...inputs.map(({ name }) => name), ...initializers.keys()]);
    for (const index of inOrder(this.#fileNodes, known)) await this.#node(index, structure);
    return {
      graph: {
        inputs,
        outputs: this.#outputs(),
        nodes: this.#nodes,
        weights: this.#weights,
        constants: this.#constants,
        declared: this.#declared,
        domains: this.options.domains,
      },
      records: this.#records.sort((a, b) => a.index - b.index),
      stored: this.#stored,
      computed: new Map(),
      opaque: this.#opaque,
    };
  }

  async #initializers(): Promise<Map<string, StoredTensor>> {
    const result = new Map<string, StoredTensor>();
    for (const proto of this.proto.messages(GraphField.initializer)) {
      const tensor = await storedTensor(proto, this.options.external);
      if (tensor === undefined) continue;
      if (result.has(tensor.name)) throw new UserError(`two initializers are called "${tensor.name}"`);
      result.set(tensor.name, tensor);
    }
    for (const proto of this.proto.messages(GraphField.sparseInitializer)) {
      const tensor = await sparseTensor(proto, this.options.external);
      if (tensor === undefined) continue;
      if (result.has(tensor.name)) throw new UserError(`two initializers are called "${tensor.name}"`);
      result.set(tensor.name, tensor);
    }
    return result;
  }

  /** Before IR version 4 a graph listed its initializers among its inputs. */
  #inputs(initializers: ReadonlyMap<string, StoredTensor>): Value[] {
    const values: Value[] = [];
    for (const proto of this.proto.messages(GraphField.input)) {
      const { name, type, shape } = readValueInfo(proto);
      if (initializers.has(name)) continue;
      if (type === undefined)
        throw new UserError(`input "${name}" is no tensor of numbers; such models are not known yet`);
      if (shape === undefined) throw new UserError(`input "${name}" has no shape; export the model with one`);
      if (values.some((value) => value.name === name)) throw new UserError(`two inputs are called "${name}"`);
      values.push({ name, type: computedAs(type), shape });
      this.#inference.shapes.set(name, shape);
      this.#types.set(name, type);
    }
    return values;
  }

  #declare(proto: Message): void {
    const { name, shape } = readValueInfo(proto);
    if (shape !== undefined) this.#declared.set(name, shape);
  }

  #outputs(): Value[] {
    return this.proto.messages(GraphField.output).map((proto) => {
      const { name, type } = readValueInfo(proto);
      const source = this.#aliases.get(name) ?? name;
      return { name: source, type: computedAs(type ?? 'float32'), shape: this.#inference.shapes.get(source) ?? [] };
    });
  }

  /** A tensor of the file as a weight, or as a constant where it describes the structure. */
  async #keep(tensor: StoredTensor, structure: (tensor: StoredTensor) => boolean, node: number): Promise<void> {
    const { name, type, shape, bytes, sparse } = tensor;
    this.#stored.set(name, node);
    this.#inference.shapes.set(name, shape);
    if (!structure(tensor)) {
      this.#weights.set(name, {
        name,
        shape,
        trainable: true,
        storage: { type, ...(sparse !== undefined && { sparse }) },
        bytes,
      });
      return;
    }
    this.#constants.set(name, await inMemory(tensor));
  }

  async #node(index: number, structure: (tensor: StoredTensor) => boolean): Promise<void> {
    const proto = this.#fileNodes[index] as Message;
    const type = proto.text(NodeField.opType);
    const domain = domainOf(proto);
    const inputs = proto.texts(NodeField.input).map((name) => this.#aliases.get(name) ?? name);
    const outputs = trimmed(proto.texts(NodeField.output));
    const name = this.#nodeNames.fresh(proto.text(NodeField.name) || `${type}_${index}`);
    const stored = domain === undefined && (await this.#fold(proto, index, type, inputs, outputs, structure));
    if (stored) {
      this.#records.push({ index, inputs, nodes: [], moved: new Map() });
      return;
    }
    const draft = {
      name,
      type,
      inputs: trimmed(inputs),
      outputs,
      layer: name,
      ...(domain !== undefined && { domain }),
    };
    const known = ruleFor(type, domain) !== undefined || operatorFor(draft) !== undefined;
    const { nodes, ...rest } = known ? await this.#normalised(proto, draft) : await this.#opaqueNode(proto, draft);
    const [only] = nodes;
    const constant = nodes.length === 1 && only ? folded(only, (value) => this.#constants.get(value)) : undefined;
    if (constant !== undefined) {
      this.#constants.set(outputs[0] ?? '', constant);
      this.#inference.shapes.set(outputs[0] ?? '', constant.shape);
      this.#records.push({ index, inputs, nodes: [], moved: new Map() });
      return;
    }
    for (const node of nodes) {
      this.#nodes.push(node);
      for (const output of node.outputs) this.#makers.set(output, node);
      this.#infer(node);
    }
    this.#records.push({ index, inputs, nodes, ...rest });
  }

  #infer(node: Node): void {
    try {
      this.#inference.add(node);
    } catch (error) {
      throw new UserError(`the file's shapes do not fit: ${(error as Error).message}`);
    }
  }

  /** Constants, and what only repeats a weight or constant. */
  async #fold(
    proto: Message,
    index: number,
    type: string,
    inputs: readonly string[],
    [output = '']: readonly string[],
    structure: (tensor: StoredTensor) => boolean,
  ): Promise<boolean> {
    const [input = ''] = inputs;
    if (type === 'Identity' && (this.#weights.has(input) || this.#constants.has(input))) {
      this.#aliases.set(output, input);
      return true;
    }
    const tensor = await constantOf(proto, this.options.external, this.#constants.get(input), output);
    if (tensor === undefined) return false;
    if (tensor.fill !== undefined) {
      this.#fills.set(output, tensor.fill);
      this.#filledBytes += elementCount(tensor.shape) * BYTES_PER_ELEMENT[tensor.type];
      if (this.#filledBytes > MAX_FILLED_BYTES) {
        throw new UserError('ConstantOfShape nodes make more than 2 GB, more than a file of its kind can hold');
      }
    }
    if (isFloat(tensor.type) && elementCount(tensor.shape) <= MAX_STATE)
      await this.#findZeros(new Map([[output, tensor]]));
    await this.#keep(tensor, structure, index);
    return true;
  }

  async #normalised(proto: Message, draft: Omit<Node, 'attributes'>): Promise<Omit<NodeRecord, 'index' | 'inputs'>> {
    const attributes: Record<string, Attribute> = {};
    for (const attribute of proto.messages(NodeField.attribute)) {
      const plain =
        plainAttribute(attribute) ?? (await this.#tensorAttribute(attribute)) ?? (await encodedAttribute(attribute));
      Object.defineProperty(attributes, nameOf(attribute), { value: plain, enumerable: true });
    }
    const node: Node = { ...draft, attributes };
    const rule = ruleFor(draft.type, draft.domain);
    if (rule === undefined) return { nodes: [node], moved: new Map() };
    const moved = new Map<string, string>();
    const follows = new Map<string, Axis>();
    const keeps = new Map<string, number>();
    let reason: string | undefined;
    const scope: Scope = {
      opset: this.options.opset,
      shape: (value) => this.#inference.shapes.get(value),
      constant: (name) => this.#constants.get(name),
      type: (value) =>
        this.#types.get(value) ?? this.#constants.get(value)?.type ?? this.#weights.get(value)?.storage.type,
      maker: (value) => this.#makers.get(value),
      isFilled: (own, number) => this.#isFilled(own, number),
      isRead: (value) => this.#read.has(value),
      moved: (attribute, tensor) => {
        const name = this.#constant(`${draft.name}/${attribute}`, tensor);
        moved.set(name, attribute);
        return name;
      },
      follows: (attribute, value, axis) => follows.set(attribute, { value, axis }),
      keeps: (attribute, value) => keeps.set(attribute, value),
      added: (tensor) => this.#constant(`${draft.name}/constant`, tensor),
      value: () => this.#values.fresh(`${draft.name}/value`),
      opaque: (why, ...shapes) => {
        reason = why;
        shapes.forEach((shape, i) => {
          const output = draft.outputs[i] ?? '';
          if (shape !== undefined && output !== '') this.#declared.set(output, shape);
        });
        return [];
      },
    };
    const made = rule(node, scope);
    if (reason !== undefined) return this.#opaqueNode(proto, draft, reason);
    const nodes = made.map((own, i): Node => {
      return { ...own, name: i === made.length - 1 ? draft.name : this.#nodeNames.fresh(`${draft.name}/${own.type}`) };
    });
    return { nodes, moved, follows, keeps };
  }

  /** An initial state may be zeros that are written down. */
  async #findZeros(tensors: ReadonlyMap<string, StoredTensor>): Promise<void> {
    for (const [name, { type, shape, bytes }] of tensors) {
      if (!isFloat(type) || elementCount(shape) > MAX_STATE) continue;
      if ((await bytes()).every((byte) => byte === 0)) this.#fills.set(name, 0);
    }
  }

  #isFilled(name: string, number: number): boolean {
    const data = this.#constants.get(name)?.data as ArrayLike<number | bigint> | undefined;
    return data ? Array.from(data, Number).every((value) => value === number) : this.#fills.get(name) === number;
  }

  async #tensorAttribute(attribute: Message): Promise<Tensor | undefined> {
    const proto = attribute.message(AttributeField.tensor);
    const stored = proto && (await storedTensor(proto, this.options.external));
    return stored && inMemory(stored);
  }

  #constant(wanted: string, tensor: Tensor): string {
    const name = this.#values.fresh(wanted);
    this.#constants.set(name, tensor);
    this.#inference.shapes.set(name, tensor.shape);
    return name;
  }

  /** A node of which nothing is known but what it touches. */
  async #opaqueNode(
    proto: Message,
    draft: Omit<Node, 'attributes'>,
    reason = `${draft.domain ? `${draft.domain}.` : ''}${draft.type} is not known`,
  ): Promise<Pick<NodeRecord, 'nodes' | 'moved'>> {
    this.#opaque.set(reason, [...(this.#opaque.get(reason) ?? []), draft.name]);
    const attributes: Record<string, Attribute> = {};
    const inside = await withSubgraphs(proto, this.options.opset);
    for (const attribute of inside.messages(NodeField.attribute)) {
      Object.defineProperty(attributes, nameOf(attribute), {
        value: await encodedAttribute(attribute),
        enumerable: true,
      });
    }
    const captures = capturesOf(proto).map((name) => this.#aliases.get(name) ?? name);
    const node: Node = { ...draft, domain: draft.domain ?? ONNX, attributes, ...(captures.length > 0 && { captures }) };
    return { nodes: [node], moved: new Map() };
  }
}

const RECURRENT: ReadonlySet<string> = new Set(['GRU', 'LSTM', 'RNN']);

/** Elements of an initial state; no larger tensor is read to see whether it is all zeros. */
const MAX_STATE = 65_536;

/** A tensor of the structure; floats in the precision they are computed in. */
async function inMemory(tensor: StoredTensor): Promise<Tensor> {
  const { name, type, shape, bytes } = tensor;
  if (elementCount(shape) * 8 > MAX_CONSTANT_BYTES) {
    throw new UserError(`tensor "${name}" [${shape.join(', ')}] is too large for one that describes a structure`);
  }
  if (!isFloat(type) || type === 'float32') return loaded(tensor);
  return float32(shape, await weightValues({ name, shape, trainable: false, storage: { type }, bytes }));
}

/** The other name of ONNX' own domain, by which an operator that we do not know goes. */
const ONNX = 'ai.onnx';

/** Half and double precision are computed in single. */
export function computedAs(type: ElementType): ElementType {
  return isFloat(type) ? 'float32' : type;
}

export function isFloat(type: ElementType): boolean {
  return type === 'float32' || type === 'float16' || type === 'bfloat16' || type === 'float64';
}

function domainOf(proto: Message): string | undefined {
  const domain = proto.text(NodeField.domain);
  return domain === '' || domain === ONNX ? undefined : domain;
}

/** Without what is left out at the end. */
function trimmed(names: readonly string[]): string[] {
  return names.slice(0, names.findLastIndex((name) => name !== '') + 1);
}
