// Sinh: the hyperbolic sine. https://onnx.ai/onnx/operators/onnx__Sinh.html
import { always, elementwise } from './elementwise';

export const sinh = elementwise('Sinh', {
  monotone: always,
  gradient: (tape, gradient, x) => tape.op('Mul', [gradient, tape.op('Cosh', [x])]),
  evaluate: (x, { tf }) => tf.sinh(x),
});
