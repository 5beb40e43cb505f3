// CastLike: as Cast, to the type of its second input. Only between floats does a gradient go back.
// https://onnx.ai/onnx/operators/onnx__CastLike.html
import { elementwise } from './elementwise';

export const castLike = elementwise('CastLike', {
  gradient: (_, gradient) => gradient,
  evaluate: (x, { tf }) => tf.clone(x),
});
