// Sigmoid: 1 / (1 + e^−x). https://onnx.ai/onnx/operators/onnx__Sigmoid.html
import { always, elementwise } from './elementwise';

export const sigmoid = elementwise('Sigmoid', {
  monotone: always,
  gradient: (tape, gradient, _, y) =>
    tape.op('Mul', [gradient, tape.op('Mul', [y, tape.op('Sub', [tape.float(1), y])])]),
  evaluate: (x, { tf }) => tf.sigmoid(x),
});
