// Mul. https://onnx.ai/onnx/operators/onnx__Mul.html
import { arithmetic } from './arithmetic';

export const mul = arithmetic('Mul', {
  gradients: [
    (tape, gradient, _, b) => tape.op('Mul', [gradient, b]),
    (tape, gradient, a) => tape.op('Mul', [gradient, a]),
  ],
  evaluate: (a, b, { tf }) => tf.mul(a, b),
  count: (a, b) => a * b,
});
