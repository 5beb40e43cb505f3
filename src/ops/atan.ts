// Atan: the angle whose tangent it is. https://onnx.ai/onnx/operators/onnx__Atan.html
import { always, elementwise } from './elementwise';

export const atan = elementwise('Atan', {
  monotone: always,
  gradient: (tape, gradient, x) => tape.op('Div', [gradient, tape.op('Add', [tape.float(1), tape.op('Mul', [x, x])])]),
  evaluate: (x, { tf }) => tf.atan(x),
});
