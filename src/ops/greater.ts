// Greater: a > b. https://onnx.ai/onnx/operators/onnx__Greater.html
import { comparison } from './comparison';

export const greater = comparison('Greater', (a, b, { tf }) => tf.greater(a, b));
