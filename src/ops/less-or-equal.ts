// LessOrEqual: a ≤ b. https://onnx.ai/onnx/operators/onnx__LessOrEqual.html
import { comparison } from './comparison';

export const lessOrEqual = comparison('LessOrEqual', (a, b, { tf }) => tf.lessEqual(a, b));
