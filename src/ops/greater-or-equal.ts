// GreaterOrEqual: a ≥ b. https://onnx.ai/onnx/operators/onnx__GreaterOrEqual.html
import { comparison } from './comparison';

export const greaterOrEqual = comparison('GreaterOrEqual', (a, b, { tf }) => tf.greaterEqual(a, b));
