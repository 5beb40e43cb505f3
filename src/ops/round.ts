// Round: rounded to the nearest, ties to even. https://onnx.ai/onnx/operators/onnx__Round.html
import { always, elementwise, vanishing } from './elementwise';

export const round = elementwise('Round', {
  monotone: always,
  gradient: vanishing,
  evaluate: (x, { tf }) => tf.round(x),
});
