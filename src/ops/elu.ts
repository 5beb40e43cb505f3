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
  // TensorFlow.js has no gradient of a comparison: both halves are added up instead of chosen from.
  evaluate: (x, { tf }, node) =>
    tf.add(tf.relu(x), tf.mul(numberAttribute(node, 'alpha', 1), tf.expm1(tf.minimum(x, 0)))),
});
