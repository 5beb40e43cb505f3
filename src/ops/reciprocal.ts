// Reciprocal: 1 / x. https://onnx.ai/onnx/operators/onnx__Reciprocal.html
import { elementwise } from './elementwise';

export const reciprocal = elementwise('Reciprocal', {
  gradient: (tape, gradient, _, y) => tape.op('Mul', [gradient, tape.op('Neg', [tape.op('Mul', [y, y])])]),
  evaluate: (x, { tf }) => tf.reciprocal(x),
});
