// Cos: the cosine. https://onnx.ai/onnx/operators/onnx__Cos.html
import { elementwise } from './elementwise';

export const cos = elementwise('Cos', {
  gradient: (tape, gradient, x) => tape.op('Neg', [tape.op('Mul', [gradient, tape.op('Sin', [x])])]),
  evaluate: (x, { tf }) => tf.cos(x),
});
