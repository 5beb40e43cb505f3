// Max: the largest of its operands. https://onnx.ai/onnx/operators/onnx__Max.html
import { extreme } from './extreme';

export const max = extreme('Max', (a, b, { tf }) => tf.maximum(a, b), Math.max);
