// ReduceLogSumExp: the logarithm of the sum of exponentials over axes. https://onnx.ai/onnx/operators/onnx__ReduceLogSumExp.html
import { reduction } from './reduction';

export const reduceLogSumExp = reduction('ReduceLogSumExp', {
  gradient: (tape, gradient, x, y) => tape.op('Mul', [gradient, tape.op('Exp', [tape.op('Sub', [x, y])])]),
  evaluate: (x, axes, keep, { tf }) => tf.logSumExp(x, axes, keep),
});
