// OneHot: a new axis, `on` at the index and `off` elsewhere. https://onnx.ai/onnx/operators/onnx__OneHot.html
import type { Tensor as TfTensor } from '@tensorflow/tfjs-core';
import type { Node } from '../model/graph';
import { integers } from '../model/tensor';
import { type Constants, fromStart, input, numberAttribute, type Operator } from './operator';

function depthOf(node: Node, constant: Constants): number {
  const depth = constant(input(node, 1));
  if (!depth) throw new Error(`OneHot "${node.name}": its depth must be a constant`);
  return integers(depth)[0] ?? 0;
}

/** Where the new axis stands in the result. */
const axisOf = (node: Node, rank: number): number => fromStart(numberAttribute(node, 'axis', -1), rank + 1);

export const oneHot: Operator = {
  type: 'OneHot',
  shapes: (node, [shape = []], { constant }) => [
    shape.toSpliced(axisOf(node, shape.length), 0, depthOf(node, constant)),
  ],
  evaluate(node, [indices, , values], { tf, constant }) {
    const places = tf.cast(indices as TfTensor, 'int32');
    const [off, on] = tf.unstack(values as TfTensor) as [TfTensor, TfTensor];
    const hot = tf.cast(tf.oneHot(places, depthOf(node, constant)), 'float32');
    const axis = axisOf(node, places.rank);
    const order = Array.from({ length: places.rank }, (_, i) => i).toSpliced(axis, 0, places.rank);
    return tf.transpose(tf.add(off, tf.mul(hot, tf.sub(on, off))), order);
  },
};
