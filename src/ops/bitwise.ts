// What BitwiseAnd, BitShift and the like have in common: two operands of integers, broadcast. No gradient goes back.
import { broadcast, tieBroadcast } from './broadcast';
import type { Operator } from './operator';

export function bitwise(type: string): Operator {
  return {
    type,
    discrete: true,
    pointwise: true,
    shapes: (node, [a = [], b = []]) => [broadcast(node, a, b)],
    ties: tieBroadcast,
  };
}
