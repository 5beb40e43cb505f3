// Atanh: the number whose hyperbolic tangent it is. https://onnx.ai/onnx/operators/onnx__Atanh.html
import { always, elementwise } from './elementwise';

export const atanh = elementwise('Atanh', {
  monotone: always,
  gradient: (tape, gradient, x) => tape.op('Div', [gradient, tape.op('Sub', [tape.float(1), tape.op('Mul', [x, x])])]),
  evaluate: (x, { tf }) => tf.atanh(x),
});
