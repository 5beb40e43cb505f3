// Tanh. https://onnx.ai/onnx/operators/onnx__Tanh.html
import { always, elementwise } from './elementwise';

export const tanh = elementwise('Tanh', {
  monotone: always,
  gradient: (tape, gradient, _, y) =>
    tape.op('Mul', [gradient, tape.op('Sub', [tape.float(1), tape.op('Mul', [y, y])])]),
  evaluate: (x, { tf }) => tf.tanh(x),
});
