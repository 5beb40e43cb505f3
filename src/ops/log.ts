// Log: the natural logarithm. https://onnx.ai/onnx/operators/onnx__Log.html
import { always, elementwise } from './elementwise';

export const log = elementwise('Log', {
  monotone: always,
  gradient: (tape, gradient, x) => tape.op('Div', [gradient, x]),
  evaluate: (x, { tf }) => tf.log(x),
});
