// Exp: e to the power of x. https://onnx.ai/onnx/operators/onnx__Exp.html
import { always, elementwise } from './elementwise';

export const exp = elementwise('Exp', {
  monotone: always,
  gradient: (tape, gradient, _, y) => tape.op('Mul', [gradient, y]),
  evaluate: (x, { tf }) => tf.exp(x),
});
