// Shrink: x + bias below −lambd, x − bias above lambd, else 0. https://onnx.ai/onnx/operators/onnx__Shrink.html
import type { Node } from '../model/graph';
import { elementwise, indicator } from './elementwise';
import { numberAttribute } from './operator';

const lambdaOf = (node: Node): number => numberAttribute(node, 'lambd', 0.5);
const biasOf = (node: Node): number => numberAttribute(node, 'bias', 0);

export const shrink = elementwise('Shrink', {
  monotone: (node) => lambdaOf(node) >= Math.max(0, biasOf(node)),
  gradient: (tape, gradient, x, _, node) => {
    const below = tape.op('Less', [x, tape.float(-lambdaOf(node))]);
    const above = tape.op('Greater', [x, tape.float(lambdaOf(node))]);
    return tape.op('Mul', [gradient, indicator(tape, tape.op('Or', [below, above]))]);
  },
  evaluate: (x, { tf }, node) => {
    const below = tf.step(tf.sub(-lambdaOf(node), x));
    const above = tf.mul(tf.step(tf.sub(x, lambdaOf(node))), tf.sub(1, below));
    return tf.add(tf.mul(below, tf.add(x, biasOf(node))), tf.mul(above, tf.sub(x, biasOf(node))));
  },
});
