// CumSum along an axis. https://onnx.ai/onnx/operators/onnx__CumSum.html
import type { Tensor as TfTensor } from '@tensorflow/tfjs-core';
import type { Node } from '../model/graph';
import { integers, type Tensor } from '../model/tensor';
import { axisWithin, input, numberAttribute, type Operator, output } from './operator';

/** Undefined where the axis is known only when the model runs. */
function axisOf(node: Node, rank: number, constant: (name: string) => Tensor | undefined): number | undefined {
  const axis = constant(input(node, 1));
  return axis && axisWithin(integers(axis)[0] ?? 0, rank);
}

export const cumSum: Operator = {
  type: 'CumSum',
  shapes: (_, [shape = []]) => [shape],
  ties(node, ties) {
    const [value, result] = [input(node, 0), output(node)];
    const shape = ties.shape(value);
    const summed = axisOf(node, shape.length, ties.constant.bind(ties));
    shape.forEach((_, axis) => {
      ties.tie({ value, axis }, { value: result, axis });
      if (axis === (summed ?? axis)) ties.freeze({ value, axis }, 'CumSum adds along it');
    });
  },
  differentiate(node, tape) {
    tape.keep(node);
    const x = input(node, 0);
    return ([gradient]) => {
      if (gradient === undefined || !tape.wants(x)) return [];
      const reverse = numberAttribute(node, 'reverse', 0) === 0 ? 1 : 0;
      return [tape.op('CumSum', [gradient, input(node, 1)], { ...node.attributes, reverse })];
    };
  },
  evaluate(node, [x], { tf, constant }) {
    const value = x as TfTensor;
    const [exclusive, reverse] = ['exclusive', 'reverse'].map((name) => numberAttribute(node, name, 0) !== 0);
    return tf.cumsum(value, axisOf(node, value.rank, constant) ?? 0, exclusive, reverse);
  },
};
