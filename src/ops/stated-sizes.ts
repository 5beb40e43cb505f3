// Inputs that say a shape (of a Reshape, an Expand) once widths have changed: what is written down, or computed from sizes
// that a cut changes, is stated anew; what only a run tells stays as the graph computes it.
import type { Node } from '../model/graph';
import { int64 } from '../model/tensor';
import { input, type Size, type Widths } from './operator';

/** Whether a size is computed from one that changes. */
export function isStale({ from }: Size, widths: Widths): boolean {
  return from.some(({ value, axis }) => widths.before(value)[axis] !== widths.after(value)[axis]);
}

/**
 * The name of the input at a place with these numbers in it, in order; where there is none, what the graph computes is kept.
 */
export function restated(
  node: Node,
  place: number,
  wanted: readonly (number | undefined)[],
  widths: Widths,
  type: 'int32' | 'int64' = 'int64',
): string {
  const stated = wanted.map((size) => size ?? 0);
  const short = { type, shape: [stated.length], data: Int32Array.from(stated) };
  const numbers = widths.remake(type === 'int32' ? short : int64(stated));
  if (wanted.every((size) => size !== undefined)) return numbers;
  const known = Uint8Array.from(wanted, (size) => (size === undefined ? 0 : 1));
  const mask = widths.remake({ type: 'bool', shape: [wanted.length], data: known });
  return widths.insert('Where', [mask, numbers, input(node, place)]);
}
