// Ceil: rounded up. https://onnx.ai/onnx/operators/onnx__Ceil.html
import { always, elementwise, vanishing } from './elementwise';

export const ceil = elementwise('Ceil', {
  monotone: always,
  gradient: vanishing,
  evaluate: (x, { tf }) => tf.ceil(x),
});
