// Div. https://onnx.ai/onnx/operators/onnx__Div.html
import { arithmetic } from './arithmetic';

export const div = arithmetic('Div', {
  gradients: [
    (tape, gradient, _, b) => tape.op('Div', [gradient, b]),
    (tape, gradient, a, b) => tape.op('Neg', [tape.op('Div', [tape.op('Mul', [gradient, a]), tape.op('Mul', [b, b])])]),
  ],
  evaluate: (a, b, { tf }) => tf.div(a, b),
  count: (a, b) => Math.trunc(a / b),
});
