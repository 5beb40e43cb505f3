// Clip: x kept within two constants (Relu6 is Clip 0 to 6). https://onnx.ai/onnx/operators/onnx__Clip.html
import type { Node } from '../model/graph';
import { always, elementwise, indicator } from './elementwise';
import type { Constants } from './operator';

/** The bound given by an input, or the fallback where it is left out. */
function bound(node: Node, index: number, constant: Constants, fallback: number): number {
  const name = node.inputs[index];
  return name ? Number(constant(name)?.data[0] ?? fallback) : fallback;
}

export const clip = elementwise('Clip', {
  monotone: always,
  gradient: (tape, gradient, x, _, node) => {
    const constant = tape.constant;
    const above = tape.op('Greater', [x, tape.float(bound(node, 1, constant, Number.NEGATIVE_INFINITY))]);
    const below = tape.op('Less', [x, tape.float(bound(node, 2, constant, Number.POSITIVE_INFINITY))]);
    return tape.op('Mul', [gradient, indicator(tape, tape.op('And', [above, below]))]);
  },
  evaluate: (x, { tf, constant }, node) =>
    tf.clipByValue(
      x,
      bound(node, 1, constant, Number.NEGATIVE_INFINITY),
      bound(node, 2, constant, Number.POSITIVE_INFINITY),
    ),
});
