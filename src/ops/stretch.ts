// Repeats every spatial element over its window: how a pooled value or gradient goes back to the size before.
import { fixed, type Shape } from '../model/graph';
import type { Tape } from './operator';

/**
 * [n, c, h, w] to [n, c, h × kernel, w × kernel], then zeros up to `shape` where the windows left a rest.
 * The padding never equals a maximum's gradient: it is read by no window.
 */
export function stretch(tape: Tape, value: string, kernel: readonly number[], shape: Shape): string {
  const resized = tape.op('Resize', [value, '', tape.floats([1, 1, ...kernel])], {
    mode: 'nearest',
    coordinate_transformation_mode: 'asymmetric',
    nearest_mode: 'floor',
  });
  const rests = kernel.map((size, i) => fixed(shape, i + 2) % size);
  if (rests.every((rest) => rest === 0)) return resized;
  return tape.op('Pad', [resized, tape.ints([0, 0, ...kernel.map(() => 0), 0, 0, ...rests])]);
}
