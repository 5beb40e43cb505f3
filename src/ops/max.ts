// Max of any number of operands, broadcast. https://onnx.ai/onnx/operators/onnx__Max.html
import { variadic } from './variadic';

export const max = variadic('Max', (a, b, { tf }) => tf.maximum(a, b));
