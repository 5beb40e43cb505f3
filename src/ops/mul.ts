// Mul. https://onnx.ai/onnx/operators/onnx__Mul.html
import type { Dimension } from '../model/graph';
import { arithmetic } from './arithmetic';
import { factored, multiple } from './multiple';

export const mul = arithmetic('Mul', {
  gradients: [
    (tape, gradient, _, b) => tape.op('Mul', [gradient, b]),
    (tape, gradient, a) => tape.op('Mul', [gradient, a]),
  ],
  evaluate: (a, b, { tf }) => tf.mul(a, b),
  count: (a, b) => a * b,
  countMultiple: (a, b) => times(a, b) ?? times(b, a),
});

function times(size: Dimension, by: Dimension): Dimension | undefined {
  const { count, name } = factored(size);
  return typeof by === 'number' && by > 0 && name !== undefined ? multiple(count * by, name) : undefined;
}
