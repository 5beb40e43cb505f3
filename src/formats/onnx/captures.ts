// Values of the graph around it that a subgraph reads (If, Loop, Scan).
import { AttributeField, GraphField, NodeField, TensorField, ValueInfoField } from './messages';
import type { Message } from './wire';

/** What a node's subgraphs read from outside. */
export function capturesOf(node: Message): string[] {
  const captures = new Set<string>();
  for (const graph of subgraphsOf(node)) for (const name of free(graph)) captures.add(name);
  return [...captures];
}

export function subgraphsOf(node: Message): Message[] {
  return node
    .messages(NodeField.attribute)
    .flatMap((attribute) => [
      ...attribute.messages(AttributeField.graph),
      ...attribute.messages(AttributeField.graphs),
    ]);
}

function free(graph: Message): Set<string> {
  const own = new Set([
    ...graph.messages(GraphField.initializer).map((tensor) => tensor.text(TensorField.name)),
    ...graph.messages(GraphField.input).map((info) => info.text(ValueInfoField.name)),
  ]);
  const result = new Set<string>();
  const read = (name: string): void => {
    if (name !== '' && !own.has(name)) result.add(name);
  };
  for (const node of graph.messages(GraphField.node)) {
    for (const name of [...node.texts(NodeField.input), ...capturesOf(node)]) read(name);
    for (const name of node.texts(NodeField.output)) own.add(name);
  }
  for (const info of graph.messages(GraphField.output)) read(info.text(ValueInfoField.name));
  return result;
}

/** Every name that a node or its subgraphs read, and the graph's outputs. */
export function readNames(nodes: readonly Message[], graph: Message): Set<string> {
  const read = new Set(graph.messages(GraphField.output).map((info) => info.text(ValueInfoField.name)));
  for (const node of nodes) for (const name of [...node.texts(NodeField.input), ...capturesOf(node)]) read.add(name);
  return read;
}
