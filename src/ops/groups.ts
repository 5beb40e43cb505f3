// What convolutions in groups have in common: which channels their groups tie together.
import type { Node } from '../model/graph';
import { type Axis, numberAttribute, type Ties } from './operator';

export const groupsOf = (node: Node): number => numberAttribute(node, 'group', 1);

interface Grouped {
  readonly groups: number;
  /** Channels of a group. */
  readonly inputs: number;
  readonly outputs: number;
}

/** Whether every group reads one channel: cutting that channel takes its group away. */
export function isDepthwise({ groups, inputs }: Grouped): boolean {
  return groups > 1 && inputs === 1;
}

/** Ties the channels of x and y as groups do: with a weight, see the convolutions. */
export function tieGroups(ties: Ties, grouped: Grouped, x: Axis, y: Axis): void {
  const { groups, inputs, outputs } = grouped;
  if (groups === 1) return;
  if (isDepthwise(grouped)) {
    ties.pick(
      x,
      indices(groups * outputs, (i) => Math.floor(i / outputs)),
      y,
    );
    return;
  }
  // Groups stay equal: what one of them loses, each of them loses.
  ties.pick(
    x,
    indices(groups * inputs, (i) => i % inputs),
    x,
  );
  ties.pick(
    y,
    indices(groups * outputs, (i) => i % outputs),
    y,
  );
}

function indices(count: number, of: (i: number) => number): number[] {
  return Array.from({ length: count }, (_, i) => of(i));
}
