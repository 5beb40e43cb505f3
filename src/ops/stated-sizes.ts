// Shapes that are partly written down and partly computed when the model runs: a cut can't write the first anew while
// the second are not known, unless they are computed from what is cut and follow by themselves.

import type { Node } from '../model/graph';
import { input, type Known, output, type Ties } from './operator';

/** Which sizes of a shape input are written down; undefined where nothing is known of it. */
export function statedSizes(node: Node, place: number, { sizes }: Pick<Known, 'sizes'>): boolean[] | undefined {
  return sizes(input(node, place))?.map(({ value, from }) => typeof value === 'number' && from.length === 0);
}

/** Freezes the axes of the result whose sizes are written down where others are computed. */
export function freezeStated(node: Node, place: number, ties: Ties): void {
  const [stated, result] = [statedSizes(node, place, ties), output(node)];
  if (stated === undefined || stated.every((is) => is)) return;
  const lead = ties.shape(result).length - stated.length;
  const target = ties.sizes(input(node, place));
  stated.forEach((is, i) => {
    const value = target?.[i]?.value;
    if (!is || value === 1 || value === 0 || value === -1) return;
    ties.freeze({ value: result, axis: i + lead }, `${node.type} states its size beside sizes known only at run time`);
  });
}
