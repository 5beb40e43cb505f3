// ReduceLogSum: the logarithm of the sum over axes. https://onnx.ai/onnx/operators/onnx__ReduceLogSum.html
import { reduction } from './reduction';

export const reduceLogSum = reduction('ReduceLogSum', {
  gradient: (tape, gradient, _, y) => tape.op('Div', [gradient, tape.op('Exp', [y])]),
  evaluate: (x, axes, keep, { tf }) => tf.log(tf.sum(x, axes, keep)),
});
