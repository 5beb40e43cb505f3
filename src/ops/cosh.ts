// Cosh: the hyperbolic cosine. https://onnx.ai/onnx/operators/onnx__Cosh.html
import { elementwise } from './elementwise';

export const cosh = elementwise('Cosh', {
  gradient: (tape, gradient, x) => tape.op('Mul', [gradient, tape.op('Sinh', [x])]),
  evaluate: (x, { tf }) => tf.cosh(x),
});
