// Identity. https://onnx.ai/onnx/operators/onnx__Identity.html
import { always, elementwise } from './elementwise';

export const identity = elementwise('Identity', {
  monotone: always,
  gradient: (_, gradient) => gradient,
  evaluate: (x, { tf }) => tf.clone(x),
});
