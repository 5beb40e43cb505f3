// LogSoftmax over one axis. https://onnx.ai/onnx/operators/onnx__LogSoftmax.html
import type { Tensor as TfTensor } from '@tensorflow/tfjs-core';
import { input, type Operator, output } from './operator';
import { alongLast, softmaxAxis, tieNormalized } from './softmax';

export const logSoftmax: Operator = {
  type: 'LogSoftmax',
  shapes: (_, [shape = []]) => [shape],
  ties: tieNormalized,
  differentiate(node, tape) {
    tape.keep(node);
    const [x, y] = [input(node, 0), output(node)];
    return ([gradient]) => {
      if (gradient === undefined || !tape.wants(x)) return [];
      const axis = tape.ints([softmaxAxis(node, tape.shape(x))]);
      const sum = tape.op('ReduceSum', [gradient, axis], { keepdims: 1 });
      return [tape.op('Sub', [gradient, tape.op('Mul', [tape.op('Exp', [y]), sum])])];
    };
  },
  evaluate: (node, [x], { tf }) => alongLast(node, x as TfTensor, tf, tf.logSoftmax),
};
