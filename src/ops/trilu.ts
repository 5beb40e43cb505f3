// Trilu: the upper or lower triangle of the last two axes, the rest zero. https://onnx.ai/onnx/operators/onnx__Trilu.html
import type { Tensor as TfTensor } from '@tensorflow/tfjs-core';
import type { Node } from '../model/graph';
import { integers, type Tensor } from '../model/tensor';
import { input, numberAttribute, type Operator, output } from './operator';

function diagonalOf(node: Node, constant: (name: string) => Tensor | undefined): number {
  const name = node.inputs[1];
  const shift = name ? constant(name) : undefined;
  return shift ? (integers(shift)[0] ?? 0) : 0;
}

export const trilu: Operator = {
  type: 'Trilu',
  shapes: (_, [shape = []]) => [shape],
  ties(node, ties) {
    const [value, result] = [input(node, 0), output(node)];
    const shape = ties.shape(value);
    shape.forEach((_, axis) => {
      ties.tie({ value, axis }, { value: result, axis });
      if (axis >= shape.length - 2) ties.freeze({ value, axis }, 'Trilu goes by the position on it');
    });
  },
  differentiate(node, tape) {
    tape.keep(node);
    const x = input(node, 0);
    return ([gradient]) =>
      gradient !== undefined && tape.wants(x)
        ? [tape.op('Trilu', [gradient, ...node.inputs.slice(1)], node.attributes)]
        : [];
  },
  evaluate(node, [x], { tf, constant }) {
    const value = x as TfTensor;
    const [rows = 1, columns = 1] = value.shape.slice(-2);
    const upper = numberAttribute(node, 'upper', 1) !== 0;
    const diagonal = diagonalOf(node, constant);
    const kept = Array.from({ length: rows * columns }, (_, n) => {
      const distance = (n % columns) - Math.floor(n / columns);
      return (upper ? distance >= diagonal : distance <= diagonal) ? 1 : 0;
    });
    return tf.mul(value, tf.tensor(kept, [rows, columns]));
  },
};
