// Softsign: x / (1 + |x|). https://onnx.ai/onnx/operators/onnx__Softsign.html
import { always, elementwise } from './elementwise';

export const softsign = elementwise('Softsign', {
  monotone: always,
  gradient: (tape, gradient, x) => {
    const denominator = tape.op('Add', [tape.op('Abs', [x]), tape.float(1)]);
    return tape.op('Div', [gradient, tape.op('Mul', [denominator, denominator])]);
  },
  evaluate: (x, { tf }) => tf.div(x, tf.add(tf.abs(x), 1)),
});
