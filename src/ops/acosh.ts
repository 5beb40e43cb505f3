// Acosh: the number whose hyperbolic cosine it is. https://onnx.ai/onnx/operators/onnx__Acosh.html
import { always, elementwise } from './elementwise';

export const acosh = elementwise('Acosh', {
  monotone: always,
  gradient: (tape, gradient, x) =>
    tape.op('Div', [gradient, tape.op('Sqrt', [tape.op('Sub', [tape.op('Mul', [x, x]), tape.float(1)])])]),
  evaluate: (x, { tf }) => tf.acosh(x),
});
