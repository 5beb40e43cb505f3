// Equal, Greater, And: two operands, broadcast, to true or false. No gradient flows through them.
import type { Tensor as TfTensor } from '@tensorflow/tfjs-core';
import { broadcast, tieBroadcast } from './broadcast';
import type { Evaluation, Operator } from './operator';

function comparison(type: string, evaluate: (a: TfTensor, b: TfTensor, run: Evaluation) => TfTensor): Operator {
  return {
    type,
    shapes: (node, [a = [], b = []]) => [broadcast(node, a, b)],
    ties: tieBroadcast,
    evaluate: (_, [a, b], run) => evaluate(a as TfTensor, b as TfTensor, run),
  };
}

/** https://onnx.ai/onnx/operators/onnx__Equal.html */
export const equal = comparison('Equal', (a, b, { tf }) => tf.equal(a, b));
/** https://onnx.ai/onnx/operators/onnx__Greater.html */
export const greater = comparison('Greater', (a, b, { tf }) => tf.greater(a, b));
/** https://onnx.ai/onnx/operators/onnx__And.html */
export const and = comparison('And', (a, b, { tf }) => tf.logicalAnd(a, b));
