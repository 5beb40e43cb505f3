// Not: true where false. https://onnx.ai/onnx/operators/onnx__Not.html
import type { Tensor as TfTensor } from '@tensorflow/tfjs-core';
import { tieAll } from './elementwise';
import type { Operator } from './operator';

export const not: Operator = {
  type: 'Not',
  discrete: true,
  pointwise: true,
  shapes: (_, [shape = []]) => [shape],
  ties: tieAll,
  evaluate: (_, [x], { tf }) => tf.logicalNot(tf.cast(x as TfTensor, 'bool')),
};
