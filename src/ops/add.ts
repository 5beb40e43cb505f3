// Add. https://onnx.ai/onnx/operators/onnx__Add.html
import { arithmetic } from './arithmetic';

export const add = arithmetic('Add', {
  gradients: [(_, gradient) => gradient, (_, gradient) => gradient],
  evaluate: (a, b, { tf }) => tf.add(a, b),
  count: (a, b) => a + b,
});
