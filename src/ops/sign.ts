// Sign: −1, 0 or 1. https://onnx.ai/onnx/operators/onnx__Sign.html
import { always, elementwise, vanishing } from './elementwise';

export const sign = elementwise('Sign', {
  monotone: always,
  gradient: vanishing,
  evaluate: (x, { tf }) => tf.sign(x),
});
