// IsInf: true where it is infinite, of either sign. https://onnx.ai/onnx/operators/onnx__IsInf.html
import type { Tensor as TfTensor } from '@tensorflow/tfjs-core';
import { tieAll } from './elementwise';
import type { Operator } from './operator';

export const isInf: Operator = {
  type: 'IsInf',
  discrete: true,
  pointwise: true,
  shapes: (_, [shape = []]) => [shape],
  ties: tieAll,
  evaluate: (_, [x], { tf }) => tf.isInf(x as TfTensor),
};
