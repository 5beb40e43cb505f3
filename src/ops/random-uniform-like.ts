// RandomUniformLike: numbers drawn from an interval. https://onnx.ai/onnx/operators/onnx__RandomUniformLike.html
import { numberAttribute } from './operator';
import { randomLike } from './random-like';

export const randomUniformLike = randomLike('RandomUniformLike', (x, { tf }, node) =>
  tf.randomUniform(x.shape, numberAttribute(node, 'low', 0), numberAttribute(node, 'high', 1)),
);
