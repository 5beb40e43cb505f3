// LeakyRelu: x where x ≥ 0, else alpha × x. https://onnx.ai/onnx/operators/onnx__LeakyRelu.html
import { elementwise } from './elementwise';
import { numberAttribute } from './operator';

export const leakyRelu = elementwise('LeakyRelu', {
  monotone: (node) => numberAttribute(node, 'alpha', 0.01) >= 0,
  gradient: (tape, gradient, x, _, node) => {
    const slope = tape.float(numberAttribute(node, 'alpha', 0.01));
    const positive = tape.op('Greater', [x, tape.float(0)]);
    return tape.op('Mul', [gradient, tape.op('Where', [positive, tape.float(1), slope])]);
  },
  evaluate: (x, { tf }, node) => tf.leakyRelu(x, numberAttribute(node, 'alpha', 0.01)),
});
