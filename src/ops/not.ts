// Not. https://onnx.ai/onnx/operators/onnx__Not.html
import type { Tensor as TfTensor } from '@tensorflow/tfjs-core';
import { tieAll } from './elementwise';
import type { Operator } from './operator';

export const not: Operator = {
  type: 'Not',
  shapes: (_, [shape = []]) => [shape],
  ties: tieAll,
  evaluate: (_, [x], { tf }) => tf.logicalNot(x as TfTensor),
};
