// Selu: gamma × Elu with the constants of Klambauer et al. 2017. https://onnx.ai/onnx/operators/onnx__Selu.html

import type { Node } from '../model/graph';
import { always, elementwise } from './elementwise';
import { numberAttribute } from './operator';

const alphaOf = (node: Node): number => numberAttribute(node, 'alpha', 1.6732632423543772);
const gammaOf = (node: Node): number => numberAttribute(node, 'gamma', 1.0507009873554805);

export const selu = elementwise('Selu', {
  monotone: always,
  gradient: (tape, gradient, x, y, node) => {
    const gamma = tape.float(gammaOf(node));
    const left = tape.op('Add', [y, tape.float(alphaOf(node) * gammaOf(node))]);
    return tape.op('Mul', [gradient, tape.op('Where', [tape.op('Greater', [x, tape.float(0)]), gamma, left])]);
  },
  // TensorFlow.js has no gradient of a comparison: both halves are added up instead of chosen from.
  evaluate: (x, { tf }, node) => {
    const negative = tf.mul(alphaOf(node), tf.expm1(tf.minimum(x, 0)));
    return tf.mul(gammaOf(node), tf.add(tf.relu(x), negative));
  },
});
