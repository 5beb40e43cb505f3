// OneHot: an axis that is on where the index says, off elsewhere. https://onnx.ai/onnx/operators/onnx__OneHot.html
import type { Tensor as TfTensor } from '@tensorflow/tfjs-core';
import type { Node } from '../model/graph';
import { integers } from '../model/tensor';
import { fromStart, input, numberAttribute, type Operator, output } from './operator';

const axisOf = (node: Node, rank: number): number => fromStart(numberAttribute(node, 'axis', -1), rank);

export const oneHot: Operator = {
  type: 'OneHot',
  discrete: true,
  shapes(node, [indices = []], { constant }) {
    const depth = constant(input(node, 1));
    const axis = axisOf(node, indices.length + 1);
    const size = depth ? (integers(depth)[0] ?? 1) : `${node.name}_depth`;
    return [[...indices.slice(0, axis), size, ...indices.slice(axis)]];
  },
  ties(node, ties) {
    const [value, result] = [input(node, 0), output(node)];
    const added = axisOf(node, ties.shape(value).length + 1);
    ties.freeze({ value: result, axis: added }, 'OneHot counts along it');
    ties.shape(value).forEach((_, axis) => {
      ties.tie({ value, axis }, { value: result, axis: axis < added ? axis : axis + 1 });
    });
  },
  evaluate(node, [indices, , values], { tf, constant }) {
    const index = indices as TfTensor;
    const [depth, pair] = [constant(input(node, 1)), constant(input(node, 2))];
    const axis = axisOf(node, index.rank + 1);
    const [off = 0, on = 1] = pair ? Array.from(pair.data, Number) : Array.from((values as TfTensor).dataSync());
    const hot = tf.oneHot(tf.cast(index, 'int32'), depth ? (integers(depth)[0] ?? 1) : 1, on, off);
    const order = Array.from({ length: index.rank }, (_, i) => i);
    order.splice(axis, 0, index.rank);
    return tf.transpose(hot, order);
  },
};
