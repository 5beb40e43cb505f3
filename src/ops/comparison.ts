// What Equal, Greater, And and the like have in common: two operands, broadcast, to true or false. No gradient goes back.
import type { Tensor as TfTensor } from '@tensorflow/tfjs-core';
import { broadcast, tieBroadcast } from './broadcast';
import type { Evaluation, Operator } from './operator';

export function comparison(
  type: string,
  evaluate: (a: TfTensor, b: TfTensor, run: Evaluation) => TfTensor,
  sizes?: Operator['sizes'],
): Operator {
  return {
    type,
    discrete: true,
    pointwise: true,
    shapes: (node, [a = [], b = []]) => [broadcast(node, a, b)],
    ...(sizes && { sizes }),
    ties: tieBroadcast,
    evaluate: (_, [a, b], run) => evaluate(a as TfTensor, b as TfTensor, run),
  };
}
