// Elu: x where x ≥ 0, else alpha × (e^x − 1). https://onnx.ai/onnx/operators/onnx__Elu.html
import { elementwise } from './elementwise';
import { numberAttribute } from './operator';

export const elu = elementwise('Elu', {
  monotone: (node) => numberAttribute(node, 'alpha', 1) >= 0,
  gradient: (tape, gradient, x, y, node) => {
    const alpha = tape.float(numberAttribute(node, 'alpha', 1));
    const positive = tape.op('Greater', [x, tape.float(0)]);
    return tape.op('Mul', [gradient, tape.op('Where', [positive, tape.float(1), tape.op('Add', [y, alpha])])]);
  },
  evaluate: (x, { tf }, node) => {
    const alpha = numberAttribute(node, 'alpha', 1);
    return tf.where(tf.greater(x, 0), x, tf.mul(alpha, tf.expm1(tf.minimum(x, 0))));
  },
});
