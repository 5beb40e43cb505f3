// Every name that a value has in a graph and the graphs within it.
import { subgraphsOf } from './captures';
import { GraphField, NodeField, TensorField, ValueInfoField } from './messages';
import type { Message } from './wire';

export function* valueNames(graph: Message): Generator<string> {
  for (const tensor of graph.messages(GraphField.initializer)) yield tensor.text(TensorField.name);
  for (const field of [GraphField.input, GraphField.output]) {
    for (const info of graph.messages(field)) yield info.text(ValueInfoField.name);
  }
  for (const node of graph.messages(GraphField.node)) {
    yield* node.texts(NodeField.input);
    yield* node.texts(NodeField.output);
    for (const inside of subgraphsOf(node)) yield* valueNames(inside);
  }
}
