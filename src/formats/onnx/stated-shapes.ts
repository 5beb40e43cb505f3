// Sizes that a file states of its values, inputs and outputs, brought up to date.
import type { Shape } from '../../model/graph';
import { GraphField, NodeField, ValueInfoField } from './messages';
import { withSizes } from './value-info';
import { BYTES, type Message } from './wire';

type Shapes = ReadonlyMap<string, Shape>;

/** @param nodes of the file, as it was. */
export function withStatedShapes(graph: Message, nodes: readonly Message[], before: Shapes, after: Shapes): Message {
  const repeated = new Map(
    nodes
      .filter((node) => node.text(NodeField.opType) === 'Identity')
      .map((node) => [node.texts(NodeField.output)[0] ?? '', node.texts(NodeField.input)[0] ?? '']),
  );
  /** The value that a name only repeats, by an Identity of the file; itself where it does not. */
  const originalOf = (name: string): string => {
    let original = name;
    for (let own: string | undefined = name; own !== undefined && !before.has(original); own = repeated.get(own))
      original = own;
    return original;
  };
  const update = (message: Message, field: number): Message => {
    const infos = message.messages(field);
    const updated = infos.map((info) => {
      const name = originalOf(info.text(ValueInfoField.name));
      const [own, now] = [before.get(name), after.get(name)];
      return own && now ? withSizes(info, own, now) : info;
    });
    return updated.every((info, i) => info === infos[i]) ? message : message.with(field, BYTES, updated);
  };
  return [GraphField.input, GraphField.output, GraphField.valueInfo].reduce(update, graph);
}
