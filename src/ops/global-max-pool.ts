// GlobalMaxPool. https://onnx.ai/onnx/operators/onnx__GlobalMaxPool.html
import type { Tensor as TfTensor } from '@tensorflow/tfjs-core';
import { globalShape, positions, tieGlobal } from './global-pool';
import { input, type Operator, output } from './operator';
import { toMaxima } from './reduce-max';

export const globalMaxPool: Operator = {
  type: 'GlobalMaxPool',
  shapes: (_, inputs) => globalShape(inputs),
  ties: tieGlobal,
  differentiate(node, tape) {
    tape.keep(node);
    const [x, y] = [input(node, 0), output(node)];
    return ([gradient]) =>
      gradient === undefined || !tape.wants(x) ? [] : [toMaxima(tape, gradient, x, y, positions(tape.shape(x)))];
  },
  evaluate: (_, [x], { tf }) => tf.max(x as TfTensor, positions((x as TfTensor).shape), true),
};
