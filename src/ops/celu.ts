// Celu: max(0, x) + min(0, alpha × (exp(x / alpha) − 1)). https://onnx.ai/onnx/operators/onnx__Celu.html
import { elementwise } from './elementwise';
import { numberAttribute } from './operator';

export const celu = elementwise('Celu', {
  monotone: (node) => numberAttribute(node, 'alpha', 1) > 0,
  gradient: (tape, gradient, x, _, node) => {
    const negative = tape.op('Min', [x, tape.float(0)]);
    const slope = tape.op('Exp', [tape.op('Div', [negative, tape.float(numberAttribute(node, 'alpha', 1))])]);
    return tape.op('Mul', [gradient, slope]);
  },
  evaluate: (x, { tf }, node) => {
    const alpha = numberAttribute(node, 'alpha', 1);
    return tf.add(tf.relu(x), tf.mul(alpha, tf.expm1(tf.div(tf.minimum(x, 0), alpha))));
  },
});
