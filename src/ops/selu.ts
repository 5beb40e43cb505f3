// Selu: gamma × Elu with the constants of Klambauer et al. 2017. https://onnx.ai/onnx/operators/onnx__Selu.html
import { always, elementwise } from './elementwise';
import { numberAttribute } from './operator';
import type { Node } from '../model/graph';

const alphaOf = (node: Node): number => numberAttribute(node, 'alpha', 1.6732632423543772);
const gammaOf = (node: Node): number => numberAttribute(node, 'gamma', 1.0507009873554805);

export const selu = elementwise('Selu', {
  monotone: always,
  gradient: (tape, gradient, x, y, node) => {
    const gamma = tape.float(gammaOf(node));
    const left = tape.op('Add', [y, tape.float(alphaOf(node) * gammaOf(node))]);
    return tape.op('Mul', [gradient, tape.op('Where', [tape.op('Greater', [x, tape.float(0)]), gamma, left])]);
  },
  evaluate: (x, { tf }) => tf.selu(x),
});
