// Tan: the tangent. https://onnx.ai/onnx/operators/onnx__Tan.html
import { elementwise } from './elementwise';

export const tan = elementwise('Tan', {
  gradient: (tape, gradient, _, y) =>
    tape.op('Mul', [gradient, tape.op('Add', [tape.float(1), tape.op('Mul', [y, y])])]),
  evaluate: (x, { tf }) => tf.tan(x),
});
