// ThresholdedRelu: x where x > alpha, else 0. https://onnx.ai/onnx/operators/onnx__ThresholdedRelu.html
import { elementwise, indicator } from './elementwise';
import { numberAttribute } from './operator';

export const thresholdedRelu = elementwise('ThresholdedRelu', {
  monotone: (node) => numberAttribute(node, 'alpha', 1) >= 0,
  gradient: (tape, gradient, x, _, node) => {
    const above = tape.op('Greater', [x, tape.float(numberAttribute(node, 'alpha', 1))]);
    return tape.op('Mul', [gradient, indicator(tape, above)]);
  },
  evaluate: (x, { tf }, node) => tf.mul(x, tf.step(tf.sub(x, numberAttribute(node, 'alpha', 1)))),
});
