// Erf: the error function, inside Gelu. https://onnx.ai/onnx/operators/onnx__Erf.html
import { always, elementwise } from './elementwise';

export const erf = elementwise('Erf', {
  monotone: always,
  gradient: (tape, gradient, x) => {
    const bell = tape.op('Exp', [tape.op('Neg', [tape.op('Mul', [x, x])])]);
    return tape.op('Mul', [gradient, tape.op('Mul', [bell, tape.float(2 / Math.sqrt(Math.PI))])]);
  },
  evaluate: (x, { tf }) => tf.erf(x),
});
