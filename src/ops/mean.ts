// Mean of any number of operands. https://onnx.ai/onnx/operators/onnx__Mean.html
import { variadic } from './variadic';

export const mean = variadic('Mean', {
  gradient: (tape, gradient, operands) => tape.op('Mul', [gradient, tape.float(1 / operands.length)]),
  evaluate: (operands, { tf }) =>
    tf.div(
      operands.reduce((a, b) => tf.add(a, b)),
      operands.length,
    ),
});
