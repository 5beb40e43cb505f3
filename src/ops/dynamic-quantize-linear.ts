// DynamicQuantizeLinear: whole numbers of 8 bits, with the scale and the zero point that suit the extremes of all elements.
// https://onnx.ai/onnx/operators/onnx__DynamicQuantizeLinear.html
import { tieAll } from './elementwise';
import { input, type Operator } from './operator';

export const dynamicQuantizeLinear: Operator = {
  type: 'DynamicQuantizeLinear',
  shapes: (_, [shape = []]) => [shape, [], []],
  ties(node, ties) {
    const value = input(node, 0);
    const one = { ...node, outputs: node.outputs.slice(0, 1) };
    tieAll(one, ties);
    ties.shape(value).forEach((size, axis) => {
      if (size !== 1) ties.approximate({ value, axis }, 'DynamicQuantizeLinear takes its scale from all of it');
    });
  },
};
