// Relu: max(x, 0). https://onnx.ai/onnx/operators/onnx__Relu.html
import { always, elementwise, indicator } from './elementwise';

export const relu = elementwise('Relu', {
  monotone: always,
  gradient: (tape, gradient, _, y) =>
    tape.op('Mul', [gradient, indicator(tape, tape.op('Greater', [y, tape.float(0)]))]),
  evaluate: (x, { tf }) => tf.relu(x),
});
