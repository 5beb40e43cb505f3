// ReduceL1: the sum of magnitudes over axes. https://onnx.ai/onnx/operators/onnx__ReduceL1.html
import { reduction } from './reduction';

export const reduceL1 = reduction('ReduceL1', {
  gradient: (tape, gradient, x) => tape.op('Mul', [gradient, tape.op('Sign', [x])]),
  evaluate: (x, axes, keep, { tf }) => tf.sum(tf.abs(x), axes, keep),
});
