// GlobalAveragePool. https://onnx.ai/onnx/operators/onnx__GlobalAveragePool.html
import type { Tensor as TfTensor } from '@tensorflow/tfjs-core';
import { elementCount } from '../model/tensor';
import { globalShape, positions, tieGlobal } from './global-pool';
import { input, type Operator } from './operator';

export const globalAveragePool: Operator = {
  type: 'GlobalAveragePool',
  shapes: (_, inputs) => globalShape(inputs),
  ties: tieGlobal,
  differentiate(node, tape) {
    tape.keep(node);
    const x = input(node, 0);
    return ([gradient]) => {
      if (gradient === undefined || !tape.wants(x)) return [];
      const shape = tape.shape(x).map(Number);
      const each = tape.op('Mul', [gradient, tape.float(1 / elementCount(shape.slice(2)))]);
      return [tape.op('Expand', [each, tape.ints(shape)])];
    };
  },
  evaluate: (_, [x], { tf }) => tf.mean(x as TfTensor, positions((x as TfTensor).shape), true),
};
