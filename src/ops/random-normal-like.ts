// RandomNormalLike: numbers drawn from a normal distribution. https://onnx.ai/onnx/operators/onnx__RandomNormalLike.html
import { numberAttribute } from './operator';
import { randomLike } from './random-like';

export const randomNormalLike = randomLike('RandomNormalLike', (x, { tf }, node) =>
  tf.randomNormal(x.shape, numberAttribute(node, 'mean', 0), numberAttribute(node, 'scale', 1)),
);
