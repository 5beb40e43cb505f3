// Mod: what a division leaves, with the divisor's sign, or the dividend's where fmod says so.
// https://onnx.ai/onnx/operators/onnx__Mod.html
import type { Tensor as TfTensor } from '@tensorflow/tfjs-core';
import { countSizes } from './arithmetic';
import { broadcast, tieBroadcast } from './broadcast';
import { input, numberAttribute, type Operator } from './operator';

export const mod: Operator = {
  type: 'Mod',
  discrete: true,
  pointwise: true,
  shapes: (node, [a = [], b = []]) => [broadcast(node, a, b)],
  sizes: (node, _, { sizes }) =>
    countSizes(node, sizes(input(node, 0)), sizes(input(node, 1)), (a, b) => a - b * Math.floor(a / b)),
  ties: tieBroadcast,
  evaluate(node, [a, b], { tf }) {
    const [dividend, divisor] = [a as TfTensor, b as TfTensor];
    if (numberAttribute(node, 'fmod', 0) === 0) return tf.mod(dividend, divisor);
    const quotient = tf.div(dividend, divisor);
    const whole = tf.mul(tf.sign(quotient), tf.floor(tf.abs(quotient)));
    return tf.sub(dividend, tf.mul(whole, divisor));
  },
};
