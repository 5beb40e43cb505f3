// Acos: the angle whose cosine it is. https://onnx.ai/onnx/operators/onnx__Acos.html
import { elementwise } from './elementwise';

export const acos = elementwise('Acos', {
  gradient: (tape, gradient, x) =>
    tape.op('Neg', [
      tape.op('Div', [gradient, tape.op('Sqrt', [tape.op('Sub', [tape.float(1), tape.op('Mul', [x, x])])])]),
    ]),
  evaluate: (x, { tf }) => tf.acos(x),
});
