// Asin: the angle whose sine it is. https://onnx.ai/onnx/operators/onnx__Asin.html
import { always, elementwise } from './elementwise';

export const asin = elementwise('Asin', {
  monotone: always,
  gradient: (tape, gradient, x) =>
    tape.op('Div', [gradient, tape.op('Sqrt', [tape.op('Sub', [tape.float(1), tape.op('Mul', [x, x])])])]),
  evaluate: (x, { tf }) => tf.asin(x),
});
