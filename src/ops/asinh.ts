// Asinh: the number whose hyperbolic sine it is. https://onnx.ai/onnx/operators/onnx__Asinh.html
import { always, elementwise } from './elementwise';

export const asinh = elementwise('Asinh', {
  monotone: always,
  gradient: (tape, gradient, x) =>
    tape.op('Div', [gradient, tape.op('Sqrt', [tape.op('Add', [tape.op('Mul', [x, x]), tape.float(1)])])]),
  evaluate: (x, { tf }) => tf.asinh(x),
});
