// HardSigmoid: alpha × x + beta, kept within 0 and 1. https://onnx.ai/onnx/operators/onnx__HardSigmoid.html
import { elementwise, indicator } from './elementwise';
import { numberAttribute } from './operator';

export const hardSigmoid = elementwise('HardSigmoid', {
  monotone: (node) => numberAttribute(node, 'alpha', 0.2) >= 0,
  gradient: (tape, gradient, _, y, node) => {
    const inside = tape.op('And', [tape.op('Greater', [y, tape.float(0)]), tape.op('Less', [y, tape.float(1)])]);
    const slope = tape.op('Mul', [indicator(tape, inside), tape.float(numberAttribute(node, 'alpha', 0.2))]);
    return tape.op('Mul', [gradient, slope]);
  },
  evaluate: (x, { tf }, node) => {
    const line = tf.add(tf.mul(x, numberAttribute(node, 'alpha', 0.2)), numberAttribute(node, 'beta', 0.5));
    return tf.clipByValue(line, 0, 1);
  },
});
