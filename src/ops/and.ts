// And: true where both are. https://onnx.ai/onnx/operators/onnx__And.html
import { comparison } from './comparison';

export const and = comparison('And', (a, b, { tf }) => tf.logicalAnd(tf.cast(a, 'bool'), tf.cast(b, 'bool')));
