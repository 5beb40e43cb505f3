// Mish: x × tanh of softplus of x. https://onnx.ai/onnx/operators/onnx__Mish.html
import { elementwise } from './elementwise';

export const mish = elementwise('Mish', {
  gradient: (tape, gradient, x) => {
    const gate = tape.op('Tanh', [tape.op('Softplus', [x])]);
    const slope = tape.op('Sub', [tape.float(1), tape.op('Mul', [gate, gate])]);
    const along = tape.op('Mul', [tape.op('Mul', [x, tape.op('Sigmoid', [x])]), slope]);
    return tape.op('Mul', [gradient, tape.op('Add', [gate, along])]);
  },
  evaluate: (x, { tf }) => tf.mul(x, tf.tanh(tf.softplus(x))),
});
