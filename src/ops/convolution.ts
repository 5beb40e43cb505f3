// A convolution, told by its shapes: what both of its gradients start from.
import type { Shape } from '../model/graph';
import type { Window } from './window';

/** y = x convolved with a weight [out, in / groups, ...kernel]. */
export interface Convolution {
  readonly window: Window;
  readonly groups: number;
  /** Of x and y, channels first. */
  readonly from: Shape;
  readonly to: Shape;
}

export function spatial(shape: Shape): number[] {
  return shape.slice(2).map(Number);
}

export function area(sizes: readonly number[]): number {
  return sizes.reduce((product, size) => product * size, 1);
}
