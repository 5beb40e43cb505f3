// Div. https://onnx.ai/onnx/operators/onnx__Div.html
import type { Dimension } from '../model/graph';
import { arithmetic } from './arithmetic';
import { factored, multiple } from './multiple';

export const div = arithmetic('Div', {
  gradients: [
    (tape, gradient, _, b) => tape.op('Div', [gradient, b]),
    (tape, gradient, a, b) => tape.op('Neg', [tape.op('Div', [tape.op('Mul', [gradient, a]), tape.op('Mul', [b, b])])]),
  ],
  evaluate: (a, b, { tf }) => tf.div(a, b),
  count: (a, b) => Math.trunc(a / b),
  countMultiple: share,
});

/** Of a size that is as often so much: six batches by two are three batches, by a batch they are six. */
function share(size: Dimension, by: Dimension): Dimension | undefined {
  const [whole, part] = [factored(size), factored(by)];
  if (part.count <= 0 || whole.count % part.count !== 0) return undefined;
  const count = whole.count / part.count;
  if (part.name === undefined) return whole.name === undefined ? count : multiple(count, whole.name);
  return part.name === whole.name ? count : undefined;
}
