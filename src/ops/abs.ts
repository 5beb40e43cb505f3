// Abs. https://onnx.ai/onnx/operators/onnx__Abs.html
import { elementwise } from './elementwise';

export const abs = elementwise('Abs', {
  gradient: (tape, gradient, x) => tape.op('Mul', [gradient, tape.op('Sign', [x])]),
  evaluate: (x, { tf }) => tf.abs(x),
});
