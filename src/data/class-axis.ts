// Where an output's class scores lie.
import type { Shape } from '../model/graph';
import type { Target } from './dataset';

/** -1, the last axis; or 1 where scores lie channels first and there is a label at each position behind. */
export function classAxisOf(target: Target, output: Shape): number {
  if (target.kind !== 'classes' || target.shape.length === 0) return -1;
  const positions = (axes: Shape): boolean => axes.join() === target.shape.join();
  return !positions(output.slice(1, -1)) && positions(output.slice(2)) ? 1 : -1;
}
