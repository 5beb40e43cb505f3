// Flatten to two axes, split before `axis`. https://onnx.ai/onnx/operators/onnx__Flatten.html
import type { Tensor as TfTensor } from '@tensorflow/tfjs-core';
import type { Dimension, Node, Shape } from '../model/graph';
import { elementCount } from '../model/tensor';
import { fromStart, input, numberAttribute, type Operator, output } from './operator';
import { tieRegrouped } from './reshape';
import { sameElements } from './same-elements';

function flattened(node: Node, shape: Shape): [Dimension, Dimension] {
  const axis = fromStart(numberAttribute(node, 'axis', 1), shape.length);
  const product = (sizes: Shape, side: number): Dimension => {
    const unknown = sizes.filter((size) => typeof size === 'string');
    const count = elementCount(sizes.filter((size) => typeof size === 'number'));
    if (unknown.length === 0) return count;
    return unknown.length === 1 && count === 1 ? (unknown[0] as string) : `${node.name}_${side}`;
  };
  return [product(shape.slice(0, axis), 0), product(shape.slice(axis), 1)];
}

export const flatten: Operator = {
  type: 'Flatten',
  shapes: (node, [shape = []]) => [flattened(node, shape)],
  ties: (node, ties) => tieRegrouped(ties, input(node, 0), output(node)),
  differentiate: sameElements,
  evaluate: (node, [x], { tf }) => tf.reshape(x as TfTensor, flattened(node, (x as TfTensor).shape).map(Number)),
};
