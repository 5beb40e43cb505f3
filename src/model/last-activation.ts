// The activation that a graph's output ends in, also where its values are only rearranged behind it: channels brought
// last, one vector made a picture.
import { type Graph, type Node, producer } from './graph';

export interface LastActivation {
  readonly node: Node;
  /** What only rearranges its values, in order; the last one makes the output. */
  readonly rearranged: readonly Node[];
}

/** Change no value, and read them from their first input. */
const REARRANGE: ReadonlySet<string> = new Set(['Transpose', 'Reshape', 'Flatten', 'Squeeze', 'Unsqueeze', 'Identity']);

/** The node that makes the output's values; undefined where an input or a weight is the output. */
export function lastActivation(graph: Graph, output: string): LastActivation | undefined {
  const rearranged: Node[] = [];
  for (let node = producer(graph, output); node !== undefined; node = producer(graph, node.inputs[0] ?? '')) {
    if (!REARRANGE.has(node.type)) return { node, rearranged };
    rearranged.unshift(node);
  }
  return undefined;
}

/** Where an axis of the activation lies in the output; undefined where more is rearranged than the order of axes. */
export function axisBehind({ rearranged }: LastActivation, axis: number, rank: number): number | undefined {
  let at = (axis + rank) % rank;
  for (const { type, attributes } of rearranged) {
    if (type === 'Identity') continue;
    if (type !== 'Transpose') return undefined;
    const { perm } = attributes;
    at = Array.isArray(perm) ? perm.indexOf(at) : rank - 1 - at;
  }
  return at;
}
