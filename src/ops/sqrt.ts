// Sqrt. https://onnx.ai/onnx/operators/onnx__Sqrt.html
import { always, elementwise } from './elementwise';

export const sqrt = elementwise('Sqrt', {
  monotone: always,
  gradient: (tape, gradient, _, y) => tape.op('Div', [gradient, tape.op('Mul', [y, tape.float(2)])]),
  evaluate: (x, { tf }) => tf.sqrt(x),
});
