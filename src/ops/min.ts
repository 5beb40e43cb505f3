// Min: the smallest of its operands. https://onnx.ai/onnx/operators/onnx__Min.html
import { extreme } from './extreme';

export const min = extreme('Min', (a, b, { tf }) => tf.minimum(a, b), Math.min);
