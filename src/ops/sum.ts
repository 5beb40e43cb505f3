// Sum of any number of operands. https://onnx.ai/onnx/operators/onnx__Sum.html
import { variadic } from './variadic';

export const sum = variadic('Sum', {
  gradient: (_, gradient) => gradient,
  evaluate: (operands, { tf }) => operands.reduce((a, b) => tf.add(a, b)),
});
