// Sin: the sine. https://onnx.ai/onnx/operators/onnx__Sin.html
import { elementwise } from './elementwise';

export const sin = elementwise('Sin', {
  gradient: (tape, gradient, x) => tape.op('Mul', [gradient, tape.op('Cos', [x])]),
  evaluate: (x, { tf }) => tf.sin(x),
});
