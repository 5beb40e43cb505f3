// Functions that a file defines for itself, written out where they are called: what is in them is then read, cut and
// written as any other node. https://github.com/onnx/onnx/blob/main/docs/IR.md#functions
import { UserError } from '../../errors';
import { FunctionBody, functionKey, keysOf } from './function-body';
import { AttributeField, FunctionField, GraphField, ModelField, NodeField, OpsetField } from './messages';
import { Names } from './names';
import { valueNames } from './value-names';
import { BYTES, Message, VARINT } from './wire';

/** Functions within functions: more than exporters write, few enough for the stack. */
const MAX_DEPTH = 64;

/** The largest graphs known to us have 50,000 nodes; functions that call others twice double with each level. */
const MAX_NODES = 500_000;

export interface WithoutFunctions {
  readonly proto: Message;
  readonly warnings: readonly string[];
}

/** The model with its functions written out. Throws a UserError where they call themselves or come to too much. */
export function withoutFunctions(proto: Message): WithoutFunctions {
  if (!proto.has(ModelField.functions)) return { proto, warnings: [] };
  return new Inlining(proto).run();
}

class Inlining {
  readonly #functions = new Map<string, FunctionBody>();
  readonly #names: Names;
  /** Versions of operator sets, by domain: the model's, and those of what is written out. */
  readonly #versions: Map<string, number>;
  readonly #usable = new Map<string, boolean>();
  readonly #inlined = new Set<string>();
  readonly #left = new Set<string>();
  /** Nodes that a function comes to, by its key. */
  readonly #counts = new Map<string, number>();

  constructor(private readonly proto: Message) {
    for (const message of proto.messages(ModelField.functions)) {
      const body = new FunctionBody(message);
      this.#functions.set(body.key, body);
    }
    this.#versions = versionsOf(proto.messages(ModelField.opset));
    this.#names = new Names(proto.messages(ModelField.graph).flatMap((graph) => [...valueNames(graph)]));
  }

  run(): WithoutFunctions {
    const nodes = this.proto.messages(ModelField.graph).flatMap((graph) => graph.messages(GraphField.node));
    if (this.#count(keysOf(nodes), []) > MAX_NODES) {
      throw new UserError(`its functions, written out, come to more than ${MAX_NODES.toLocaleString('en')} nodes`);
    }
    const before = new Set(this.#versions.keys());
    const graphs = this.proto.messages(ModelField.graph).map((graph) => this.#graph(graph));
    const added = [...this.#versions].filter(([domain]) => !before.has(domain));
    const opsets = [...this.proto.messages(ModelField.opset), ...added.map(opsetOf)];
    return {
      proto: this.proto
        .with(ModelField.graph, BYTES, graphs)
        .with(ModelField.opset, BYTES, opsets)
        .with(ModelField.functions, BYTES, this.#stillCalled()),
      warnings: [...this.#inlinedWarning(), ...this.#leftWarnings()],
    };
  }

  /**
   * How many nodes those of the keys come to with all functions written out.
   * @param stack keys of the functions that they lie in.
   */
  #count(keys: Iterable<string>, stack: readonly string[]): number {
    let count = 0;
    for (const key of keys) {
      const body = this.#functions.get(key);
      count += 1 + (body === undefined ? 0 : this.#countIn(body, stack));
    }
    return count;
  }

  #countIn(body: FunctionBody, stack: readonly string[]): number {
    if (stack.includes(body.key)) throw new UserError(`its function ${body.title} calls itself, which ONNX forbids`);
    if (stack.length >= MAX_DEPTH) throw new UserError(`its functions call each other more than ${MAX_DEPTH} deep`);
    const count = this.#counts.get(body.key) ?? this.#count(body.keys(), [...stack, body.key]);
    this.#counts.set(body.key, count);
    return count;
  }

  #graph(graph: Message): Message {
    return graph.with(GraphField.node, BYTES, this.#writtenOut(graph.messages(GraphField.node)));
  }

  #writtenOut(nodes: readonly Message[]): Message[] {
    return nodes.flatMap((node, index) => {
      const body = this.#functions.get(functionKey(node));
      if (body === undefined) return [this.#withSubgraphs(node)];
      if (!this.#isUsable(body)) {
        this.#left.add(body.key);
        return [this.#withSubgraphs(node)];
      }
      this.#inlined.add(body.title);
      return this.#writtenOut(body.nodesFor(node, index, this.#names));
    });
  }

  #withSubgraphs(node: Message): Message {
    const attributes = node.messages(NodeField.attribute);
    const inside = (attribute: Message): boolean =>
      attribute.has(AttributeField.graph) || attribute.has(AttributeField.graphs);
    if (!attributes.some(inside)) return node;
    const expanded = attributes.map((attribute) =>
      [AttributeField.graph, AttributeField.graphs].reduce((own, field) => {
        const graphs = own.messages(field).map((graph) => this.#graph(graph));
        return graphs.length === 0 ? own : own.with(field, BYTES, graphs);
      }, attribute),
    );
    return node.with(NodeField.attribute, BYTES, expanded);
  }

  /** Whether it is written in the operators that the model is: its nodes then mean the same in there. */
  #isUsable(body: FunctionBody): boolean {
    const known = this.#usable.get(body.key);
    if (known !== undefined) return known;
    const own = [...this.#versionsIn(body)];
    const usable = own.every(([domain, version]) => (this.#versions.get(domain) ?? version) === version);
    if (usable) for (const [domain, version] of own) this.#versions.set(domain, version);
    this.#usable.set(body.key, usable);
    return usable;
  }

  /** Without the domains of functions, whose versions say nothing. */
  #versionsIn({ message }: FunctionBody): Map<string, number> {
    const versions = versionsOf(message.messages(FunctionField.opset));
    for (const { domain } of this.#functions.values()) if (domain !== '') versions.delete(domain);
    return versions;
  }

  #stillCalled(): Message[] {
    const called = new Set(this.#left);
    for (const key of called) for (const other of this.#functions.get(key)?.keys() ?? []) called.add(other);
    return [...this.#functions.values()].flatMap(({ key, message }) => (called.has(key) ? [message] : []));
  }

  #inlinedWarning(): string[] {
    if (this.#inlined.size === 0) return [];
    const [first, ...others] = [...this.#inlined];
    const named = others.length === 0 ? `function ${first}` : `${this.#inlined.size} functions (${first} and others)`;
    return [`the file's own ${named} will be written out where the model calls ${others.length === 0 ? 'it' : 'them'}`];
  }

  #leftWarnings(): string[] {
    return [...this.#left].flatMap((key) => {
      const body = this.#functions.get(key);
      if (body === undefined) return [];
      return [`the file's own function ${body.title} is written in other versions of the operators than the model`];
    });
  }
}

function versionsOf(opsets: readonly Message[]): Map<string, number> {
  const plain = (domain: string): string => (domain === 'ai.onnx' ? '' : domain);
  return new Map(
    opsets.map((entry) => [plain(entry.text(OpsetField.domain)), entry.integer(OpsetField.version)] as const),
  );
}

function opsetOf([domain, version]: readonly [string, number]): Message {
  const named = new Message([]).withText(OpsetField.domain, domain);
  return named.with(OpsetField.version, VARINT, [BigInt(version)]);
}
