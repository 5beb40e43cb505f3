// Xor: true where one is and the other is not. https://onnx.ai/onnx/operators/onnx__Xor.html
import { comparison } from './comparison';

export const xor = comparison('Xor', (a, b, { tf }) => tf.logicalXor(tf.cast(a, 'bool'), tf.cast(b, 'bool')));
