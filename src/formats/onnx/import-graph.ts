// A GraphProto as a graph of ours, at opset 18, and how each of its nodes came about: what writing back needs.
import { UserError } from '../../errors';
import type { Attribute, Graph, Node, Shape, Value } from '../../model/graph';
import type { ElementType, Tensor } from '../../model/tensor';
import { operatorFor } from '../../ops/index';
import { Inference } from '../../ops/infer';
import { ofNode } from '../../ops/node-error';
import { whyOpaque } from '../../ops/opaque';
import type { Axis } from '../../ops/operator';
import { encodedAttribute, nameOf, plainAttribute } from './attributes';
import { capturesOf, readNames } from './captures';
import type { Computed } from './computed-weights';
import { computedAs, FileValues, initializersOf, inMemory } from './file-values';
import { folded } from './fold';
import { inOrder } from './in-order';
import { AttributeField, GraphField, NodeField } from './messages';
import { Names } from './names';
import { ruleFor } from './normalise/index';
import type { Scope } from './normalise/rule';
import { type ExternalFiles, type StoredTensor, storedTensor } from './stored-tensor';
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

export async function importGraph(proto: Message, options: ImportOptions): Promise<ImportedGraph> {
  return new GraphImport(proto, options).run();
}

class GraphImport {
  readonly #aliases = new Map<string, string>();
  readonly #nodes: Node[] = [];
  readonly #records: NodeRecord[] = [];
  readonly #opaque = new Map<string, string[]>();
  readonly #declared = new Map<string, Shape>();
  readonly #inference: Inference;
  readonly #fileNodes: readonly Message[];
  readonly #values: FileValues;
  readonly #nodeNames = new Names([]);
  readonly #read: ReadonlySet<string>;
  readonly #makers = new Map<string, Node>();
  /** Of the graph's inputs. */
  readonly #types = new Map<string, ElementType>();
  constructor(
    private readonly proto: Message,
    private readonly options: ImportOptions,
  ) {
    this.#fileNodes = proto.messages(GraphField.node);
    this.#inference = new Inference((name) => this.#values.constants.get(name), this.#declared);
    this.#values = new FileValues(this.#fileNodes, this.#inference.shapes, options.external);
    this.#read = readNames(this.#fileNodes, proto);
  }

  async run(): Promise<ImportedGraph> {
    const initializers = await initializersOf(this.proto, this.options.external);
    const inputs = this.#inputs(initializers);
    for (const info of this.proto.messages(GraphField.valueInfo)) this.#declare(info);
    for (const info of this.proto.messages(GraphField.output)) this.#declare(info);
    const recurrent = this.#fileNodes.some((node) => RECURRENT.has(node.text(NodeField.opType)));
    await this.#values.keepInitializers(initializers, recurrent);
    const known = new Set([...inputs.map(({ name }) => name), ...initializers.keys()]);
    for (const index of inOrder(this.#fileNodes, known)) await this.#node(index);
    return {
      graph: {
        inputs,
        outputs: this.#outputs(),
        nodes: this.#nodes,
        weights: this.#values.weights,
        constants: this.#values.constants,
        declared: this.#declared,
        domains: this.options.domains,
        statesSizes: true,
      },
      records: this.#records.sort((a, b) => a.index - b.index),
      stored: this.#values.stored,
      computed: new Map(),
      opaque: this.#opaque,
    };
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

  async #node(index: number): Promise<void> {
    const proto = this.#fileNodes[index] as Message;
    const type = proto.text(NodeField.opType);
    const domain = domainOf(proto);
    const inputs = proto.texts(NodeField.input).map((name) => this.#aliases.get(name) ?? name);
    const outputs = trimmed(proto.texts(NodeField.output));
    const name = this.#nodeNames.fresh(proto.text(NodeField.name) || `${type}_${index}`);
    const stored =
      domain === undefined && outputs.length === 1 && (await this.#fold(proto, index, inputs[0], outputs[0]));
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
    const constant =
      nodes.length === 1 && only
        ? ofNode(draft, () => folded(only, (value) => this.#values.constants.get(value)))
        : undefined;
    if (constant !== undefined) {
      this.#values.set(outputs[0] ?? '', constant);
      this.#records.push({ index, inputs, nodes: [], moved: new Map() });
      return;
    }
    for (const node of nodes) {
      this.#nodes.push(node);
      for (const output of node.outputs) this.#makers.set(output, node);
      this.#inference.add(node);
    }
    this.#records.push({ index, inputs, nodes, ...rest });
  }

  /** Constants, and what only repeats a weight or constant. */
  async #fold(proto: Message, index: number, input = '', output = ''): Promise<boolean> {
    if (proto.text(NodeField.opType) !== 'Identity' || !this.#values.has(input)) {
      return this.#values.keepMade(proto, index, input, output);
    }
    this.#aliases.set(output, input);
    return true;
  }

  async #normalised(proto: Message, draft: Omit<Node, 'attributes'>): Promise<Omit<NodeRecord, 'index' | 'inputs'>> {
    const attributes: [string, Attribute][] = [];
    for (const attribute of proto.messages(NodeField.attribute)) {
      const plain =
        plainAttribute(attribute) ?? (await this.#tensorAttribute(attribute)) ?? (await encodedAttribute(attribute));
      attributes.push([nameOf(attribute), plain]);
    }
    const node: Node = { ...draft, attributes: byName(draft, attributes) };
    const rule = ruleFor(draft.type, draft.domain);
    if (rule === undefined) return { nodes: [node], moved: new Map() };
    const moved = new Map<string, string>();
    const follows = new Map<string, Axis>();
    const keeps = new Map<string, number>();
    let reason: string | undefined;
    const scope: Scope = {
      opset: this.options.opset,
      shape: (value) => this.#inference.shapes.get(value),
      constant: (name) => this.#values.constants.get(name),
      type: (value) => this.#types.get(value) ?? this.#values.typeOf(value),
      maker: (value) => this.#makers.get(value),
      isFilled: (own, number) => this.#values.isFilled(own, number),
      isRead: (value) => this.#read.has(value),
      moved: (attribute, tensor) => {
        const name = this.#values.add(`${draft.name}/${attribute}`, tensor);
        moved.set(name, attribute);
        return name;
      },
      follows: (attribute, value, axis) => follows.set(attribute, { value, axis }),
      keeps: (attribute, value) => keeps.set(attribute, value),
      added: (tensor) => this.#values.add(`${draft.name}/constant`, tensor),
      value: () => this.#values.names.fresh(`${draft.name}/value`),
      opaque: (why, ...shapes) => {
        reason = why;
        shapes.forEach((shape, i) => {
          const output = draft.outputs[i] ?? '';
          if (shape !== undefined && output !== '') this.#declared.set(output, shape);
        });
        return [];
      },
    };
    const made = ofNode(node, () => rule(node, scope));
    if (reason !== undefined) return this.#opaqueNode(proto, draft, reason);
    const nodes = made.map((own, i): Node => {
      return { ...own, name: i === made.length - 1 ? draft.name : this.#nodeNames.fresh(`${draft.name}/${own.type}`) };
    });
    return { nodes, moved, follows, keeps };
  }

  async #tensorAttribute(attribute: Message): Promise<Tensor | undefined> {
    const proto = attribute.message(AttributeField.tensor);
    const stored = proto && (await storedTensor(proto, this.options.external));
    return stored && inMemory(stored);
  }

  /** A node of which nothing is known but what it touches. */
  async #opaqueNode(
    proto: Message,
    draft: Omit<Node, 'attributes'>,
    reason = whyOpaque(draft) ?? `${draft.domain ? `${draft.domain}.` : ''}${draft.type} is not known`,
  ): Promise<Pick<NodeRecord, 'nodes' | 'moved'>> {
    this.#opaque.set(reason, [...(this.#opaque.get(reason) ?? []), draft.name]);
    const attributes: [string, Attribute][] = [];
    const inside = await withSubgraphs(proto, this.options.opset);
    for (const attribute of inside.messages(NodeField.attribute)) {
      attributes.push([nameOf(attribute), await encodedAttribute(attribute)]);
    }
    const captures = capturesOf(proto).map((name) => this.#aliases.get(name) ?? name);
    const node: Node = {
      ...draft,
      domain: draft.domain ?? ONNX,
      attributes: byName(draft, attributes),
      ...(captures.length > 0 && { captures }),
    };
    return { nodes: [node], moved: new Map() };
  }
}

const RECURRENT: ReadonlySet<string> = new Set(['GRU', 'LSTM', 'RNN']);

/** The other name of ONNX' own domain, by which an operator that we do not know goes. */
const ONNX = 'ai.onnx';

function domainOf(proto: Message): string | undefined {
  const domain = proto.text(NodeField.domain);
  return domain === '' || domain === ONNX ? undefined : domain;
}

function byName(
  { type, name }: Pick<Node, 'type' | 'name'>,
  attributes: readonly [string, Attribute][],
): Node['attributes'] {
  const twice = attributes.find(([own], i) => attributes.findIndex(([other]) => other === own) < i);
  if (twice !== undefined) throw new UserError(`${type} "${name}" has two attributes called "${twice[0]}"`);
  return Object.fromEntries(attributes);
}

/** Without what is left out at the end. */
function trimmed(names: readonly string[]): string[] {
  return names.slice(0, names.findLastIndex((name) => name !== '') + 1);
}
