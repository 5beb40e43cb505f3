// Unsqueeze: puts axes of size 1 in, as input 1 says. https://onnx.ai/onnx/operators/onnx__Unsqueeze.html
import type { Tensor as TfTensor } from '@tensorflow/tfjs-core';
import { type Dimension, type Node, type Shape, UnknownYet } from '../model/graph';
import { axisWithin, type Constants, input, type Operator, output } from './operator';
import { tieRegrouped } from './reshape';
import { sameElements } from './same-elements';

function widened(node: Node, shape: Shape, constant: Constants): Dimension[] {
  const axes = constant(input(node, 1));
  if (!axes) throw new UnknownYet(`Unsqueeze "${node.name}": its axes must be a constant`);
  const rank = shape.length + axes.data.length;
  const added = new Set(Array.from(axes.data as ArrayLike<number>, (axis) => axisWithin(Number(axis), rank)));
  let next = 0;
  return Array.from({ length: rank }, (_, axis): Dimension => (added.has(axis) ? 1 : (shape[next++] ?? 1)));
}

export const unsqueeze: Operator = {
  type: 'Unsqueeze',
  shapeInputs: [1],
  shapes: (node, [shape = []], { constant }) => [widened(node, shape, constant)],
  sizes: (node, [shape = []], { sizes }) => (shape.length === 0 ? sizes(input(node, 0)) : undefined),
  ties: (node, ties) => tieRegrouped(ties, input(node, 0), output(node)),
  differentiate: sameElements,
  evaluate: (node, [x], { tf, constant }) =>
    tf.reshape(x as TfTensor, widened(node, (x as TfTensor).shape, constant).map(Number)),
};
