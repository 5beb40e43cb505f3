// Pad by a constant amount of zeros. https://onnx.ai/onnx/operators/onnx__Pad.html
import type { Tensor as TfTensor } from '@tensorflow/tfjs-core';
import type { Node } from '../model/graph';
import { integers } from '../model/tensor';
import { type Constants, fromStart, input, type Operator, output } from './operator';

/** Zeros before and after each axis: the amounts are those of the axes named (input 3), or of all. */
function padsOf(node: Node, rank: number, constant: Constants): [number, number][] {
  const [pads, named] = [constant(input(node, 1)), node.inputs[3]];
  if (!pads) throw new Error(`Pad "${node.name}": its amounts must be a constant`);
  const axes = named && constant(named);
  const amounts = integers(pads);
  const padded = axes ? integers(axes).map((axis) => fromStart(axis, rank)) : Array.from({ length: rank }, (_, i) => i);
  const result = Array.from({ length: rank }, (): [number, number] => [0, 0]);
  padded.forEach((axis, i) => {
    result[axis] = [amounts[i] ?? 0, amounts[i + padded.length] ?? 0];
  });
  return result;
}

export const pad: Operator = {
  type: 'Pad',
  shapes: (node, [shape = []], { constant }) => {
    const pads = padsOf(node, shape.length, constant);
    return [
      shape.map((size, axis) =>
        typeof size === 'number' ? size + (pads[axis]?.[0] ?? 0) + (pads[axis]?.[1] ?? 0) : size,
      ),
    ];
  },
  ties(node, ties) {
    const [value, result] = [input(node, 0), output(node)];
    const shape = ties.shape(value);
    padsOf(node, shape.length, ties.constant).forEach(([before, after], axis) => {
      if (before === 0 && after === 0) ties.tie({ value, axis }, { value: result, axis });
      else for (const padded of [value, result]) ties.freeze({ value: padded, axis }, 'Pad adds to it');
    });
  },
  differentiate(node, tape) {
    tape.keep(node);
    const x = input(node, 0);
    return ([gradient]) => {
      if (gradient === undefined || !tape.wants(x)) return [];
      const shape = tape.shape(x).map(Number);
      const starts = padsOf(node, shape.length, tape.constant).map(([before]) => before);
      const ends = shape.map((size, axis) => size + (starts[axis] ?? 0));
      const axes = shape.map((_, axis) => axis);
      return [tape.op('Slice', [gradient, tape.ints(starts), tape.ints(ends), tape.ints(axes)])];
    };
  },
  evaluate(node, [x], { tf, constant }) {
    const value = x as TfTensor;
    return tf.pad(value, padsOf(node, value.rank, constant));
  },
};
