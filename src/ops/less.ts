// Less: a < b. https://onnx.ai/onnx/operators/onnx__Less.html
import { comparison } from './comparison';

export const less = comparison('Less', (a, b, { tf }) => tf.less(a, b));
