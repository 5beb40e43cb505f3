// One function of a file, and its nodes as they read where a call stands: with the call's values, attributes and name.
import { nameOf } from './attributes';
import { subgraphsOf } from './captures';
import {
  AttributeField,
  FunctionField,
  GraphField,
  NodeField,
  SparseField,
  TensorField,
  ValueInfoField,
} from './messages';
import type { Names } from './names';
import { BYTES, Message } from './wire';

/** What a call names: domain, name and overload. */
export function functionKey(node: Message): string {
  return keyOf(node.text(NodeField.domain), node.text(NodeField.opType), node.text(NodeField.overload));
}

/** The key of each node and of those in graphs within it: that of a function where it calls one. */
export function* keysOf(nodes: readonly Message[]): Generator<string> {
  for (const node of nodes) {
    yield functionKey(node);
    for (const graph of subgraphsOf(node)) yield* keysOf(graph.messages(GraphField.node));
  }
}

function keyOf(domain: string, name: string, overload: string): string {
  return JSON.stringify([domain === 'ai.onnx' ? '' : domain, name, overload]);
}

export class FunctionBody {
  readonly domain: string;
  readonly key: string;
  /** As it is called in messages to a person. */
  readonly title: string;

  constructor(readonly message: Message) {
    const name = message.text(FunctionField.name);
    this.domain = message.text(FunctionField.domain);
    this.key = keyOf(this.domain, name, message.text(FunctionField.overload));
    this.title = this.domain === '' ? name : `${this.domain}.${name}`;
  }

  /** One for each of its nodes. */
  keys(): Iterable<string> {
    return keysOf(this.message.messages(FunctionField.node));
  }

  /** @param index of the call among the nodes around it, for one without a name. */
  nodesFor(call: Message, index: number, names: Names): Message[] {
    return new Instance(this.message, call, index, names).nodes();
  }
}

/** A function's nodes for one call. */
class Instance {
  readonly #prefix: string;
  /** From names within the function to those around the call. */
  readonly #values = new Map<string, string>();
  readonly #attributes = new Map<string, Message>();

  constructor(
    private readonly message: Message,
    private readonly call: Message,
    index: number,
    private readonly names: Names,
  ) {
    this.#prefix = call.text(NodeField.name) || `${call.text(NodeField.opType)}_${index}`;
    const given = call.texts(NodeField.input);
    message.texts(FunctionField.input).forEach((name, i) => {
      this.#values.set(name, given[i] ?? '');
    });
    for (const attribute of message.messages(FunctionField.attribute)) {
      this.#attributes.set(nameOf(attribute), attribute);
    }
    for (const attribute of call.messages(NodeField.attribute)) this.#attributes.set(nameOf(attribute), attribute);
  }

  nodes(): Message[] {
    const body = this.message.messages(FunctionField.node);
    const made = new Set(body.flatMap((node) => node.texts(NodeField.output)));
    const wanted = this.call.texts(NodeField.output);
    const repeated: (readonly [from: string, to: string])[] = [];
    this.message.texts(FunctionField.output).forEach((name, i) => {
      const target = wanted[i] ?? '';
      if (target === '') return;
      // What is an input too, or an output twice, has a name already.
      if (made.has(name) && !this.#values.has(name)) this.#values.set(name, target);
      else repeated.push([name, target]);
    });
    const nodes = body.map((node, index) => this.#node(node, index));
    return [...nodes, ...repeated.map(([from, to]) => this.#repeat(this.#value(from), to))];
  }

  #repeat(from: string, to: string): Message {
    return new Message([])
      .withText(NodeField.input, from)
      .withText(NodeField.output, to)
      .withText(NodeField.name, `${this.#prefix}/${to}`)
      .withText(NodeField.opType, 'Identity');
  }

  #node(node: Message, index: number): Message {
    const name = node.text(NodeField.name) || `${node.text(NodeField.opType)}_${index}`;
    const attributes = node.messages(NodeField.attribute).flatMap((attribute) => this.#attribute(attribute));
    return [NodeField.input, NodeField.output]
      .reduce(
        (own, field) =>
          own.with(
            field,
            BYTES,
            own.texts(field).map((value) => this.#text(value)),
          ),
        node,
      )
      .withText(NodeField.name, `${this.#prefix}/${name}`)
      .with(NodeField.attribute, BYTES, attributes);
  }

  #text(name: string): Uint8Array {
    return Buffer.from(this.#value(name));
  }

  #value(name: string): string {
    if (name === '') return '';
    const known = this.#values.get(name);
    if (known !== undefined) return known;
    const fresh = this.names.fresh(`${this.#prefix}/${name}`);
    this.#values.set(name, fresh);
    return fresh;
  }

  /** One that names an attribute of the function is the call's, or the function's default, or is left out. */
  #attribute(attribute: Message): Message[] {
    const reference = attribute.text(AttributeField.reference);
    if (reference !== '') {
      return [this.#attributes.get(reference)].flatMap((given) =>
        given === undefined ? [] : [given.withText(AttributeField.name, nameOf(attribute))],
      );
    }
    return [
      [AttributeField.graph, AttributeField.graphs].reduce((own, field) => {
        const graphs = own.messages(field).map((graph) => this.#graph(graph));
        return graphs.length === 0 ? own : own.with(field, BYTES, graphs);
      }, attribute),
    ];
  }

  #graph(graph: Message): Message {
    const named = (own: Message, field: number): Message => own.withText(field, this.#value(own.text(field)));
    const sparse = graph.messages(GraphField.sparseInitializer).map((own) => {
      const values = own.messages(SparseField.values).map((tensor) => named(tensor, TensorField.name));
      return own.with(SparseField.values, BYTES, values);
    });
    const tensors = graph.messages(GraphField.initializer).map((tensor) => named(tensor, TensorField.name));
    const nodes = graph.messages(GraphField.node).map((node, index) => this.#node(node, index));
    return [GraphField.input, GraphField.output, GraphField.valueInfo]
      .reduce((own, field) => {
        const infos = own.messages(field).map((info) => named(info, ValueInfoField.name));
        return own.with(field, BYTES, infos);
      }, graph)
      .with(GraphField.initializer, BYTES, tensors)
      .with(GraphField.sparseInitializer, BYTES, sparse)
      .with(GraphField.node, BYTES, nodes);
  }
}
