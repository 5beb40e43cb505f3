// Sub. https://onnx.ai/onnx/operators/onnx__Sub.html
import { arithmetic } from './arithmetic';

export const sub = arithmetic('Sub', {
  gradients: [(_, gradient) => gradient, (tape, gradient) => tape.op('Neg', [gradient])],
  evaluate: (a, b, { tf }) => tf.sub(a, b),
  count: (a, b) => a - b,
});
