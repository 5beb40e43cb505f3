// IsNaN: true where it is not a number. https://onnx.ai/onnx/operators/onnx__IsNaN.html
import type { Tensor as TfTensor } from '@tensorflow/tfjs-core';
import { tieAll } from './elementwise';
import type { Operator } from './operator';

export const isNan: Operator = {
  type: 'IsNaN',
  discrete: true,
  pointwise: true,
  shapes: (_, [shape = []]) => [shape],
  ties: tieAll,
  evaluate: (_, [x], { tf }) => tf.isNaN(x as TfTensor),
};
