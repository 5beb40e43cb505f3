// Softplus: ln(1 + e^x). https://onnx.ai/onnx/operators/onnx__Softplus.html
import { always, elementwise } from './elementwise';

export const softplus = elementwise('Softplus', {
  monotone: always,
  gradient: (tape, gradient, x) => tape.op('Mul', [gradient, tape.op('Sigmoid', [x])]),
  evaluate: (x, { tf }) => tf.softplus(x),
});
