// Floor: rounded down. https://onnx.ai/onnx/operators/onnx__Floor.html
import { always, elementwise, vanishing } from './elementwise';

export const floor = elementwise('Floor', {
  monotone: always,
  gradient: vanishing,
  evaluate: (x, { tf }) => tf.floor(x),
});
