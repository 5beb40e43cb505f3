// Hardmax: 1 where the largest of an axis is, the first of several, else 0.
// https://onnx.ai/onnx/operators/onnx__Hardmax.html
import type { Tensor as TfTensor } from '@tensorflow/tfjs-core';
import type { Operator } from './operator';
import { alongLast, tieNormalized } from './softmax';

export const hardmax: Operator = {
  type: 'Hardmax',
  discrete: true,
  shapes: (_, [shape = []]) => [shape],
  ties: tieNormalized,
  evaluate: (node, [x], { tf }) =>
    alongLast(node, x as TfTensor, tf, (value) =>
      tf.cast(tf.oneHot(tf.argMax(value, -1), value.shape.at(-1) ?? 1), 'float32'),
    ),
};
