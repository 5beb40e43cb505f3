// Transpose. https://onnx.ai/onnx/operators/onnx__Transpose.html
import type { Tensor as TfTensor } from '@tensorflow/tfjs-core';
import type { Node } from '../model/graph';
import { input, listAttribute, type Operator, output, type Size } from './operator';

/** Axis i of the output is axis order[i] of the input. */
export function orderOf(node: Node, rank: number): readonly number[] {
  return listAttribute(
    node,
    'perm',
    Array.from({ length: rank }, (_, i) => rank - 1 - i),
  );
}

export const transpose: Operator = {
  type: 'Transpose',
  shapes: (node, [shape = []]) => [orderOf(node, shape.length).map((axis) => shape[axis] ?? 1)],
  sizes(node, [shape = []], { sizes }) {
    const all = sizes(input(node, 0));
    if (all === undefined || shape.length > 2 || orderOf(node, shape.length)[0] !== 1)
      return shape.length > 2 ? undefined : all;
    const [rows, columns] = [Number(shape[0]), Number(shape[1])];
    return all.map((_, i) => all[(i % rows) * columns + Math.floor(i / rows)] as Size);
  },
  ties(node, ties) {
    const [value, result] = [input(node, 0), output(node)];
    orderOf(node, ties.shape(value).length).forEach((from, axis) => {
      ties.tie({ value, axis: from }, { value: result, axis });
    });
  },
  differentiate(node, tape) {
    tape.keep(node);
    const x = input(node, 0);
    return ([gradient]) => {
      if (gradient === undefined || !tape.wants(x)) return [];
      const order = orderOf(node, tape.shape(x).length);
      return [tape.op('Transpose', [gradient], { perm: order.map((_, axis) => order.indexOf(axis)) })];
    };
  },
  evaluate: (node, [x], { tf }) => tf.transpose(x as TfTensor, [...orderOf(node, (x as TfTensor).rank)]),
};
