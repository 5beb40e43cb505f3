// Or: true where either is. https://onnx.ai/onnx/operators/onnx__Or.html
import { comparison } from './comparison';

export const or = comparison('Or', (a, b, { tf }) => tf.logicalOr(tf.cast(a, 'bool'), tf.cast(b, 'bool')));
