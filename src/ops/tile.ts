// Tile: every axis repeated a number of times. https://onnx.ai/onnx/operators/onnx__Tile.html
import type { Tensor as TfTensor } from '@tensorflow/tfjs-core';
import { fixed } from '../model/graph';
import { integers } from '../model/tensor';
import { input, type Operator, output } from './operator';

export const tile: Operator = {
  type: 'Tile',
  shapes(node, [shape = []], { sizes }) {
    const repeats = sizes(input(node, 1));
    return [
      shape.map((size, axis) => {
        const times = repeats?.[axis]?.value;
        if (times === 1) return size;
        if (size === 1 && times !== undefined) return times;
        return typeof size === 'number' && typeof times === 'number' ? size * times : `${node.name}_${axis}`;
      }),
    ];
  },
  ties(node, ties) {
    const [value, result] = [input(node, 0), output(node)];
    const repeats = ties.sizes(input(node, 1));
    ties.shape(value).forEach((size, axis) => {
      const times = repeats?.[axis]?.value;
      const repeated = ties.shape(result)[axis];
      if (times === 1) ties.tie({ value, axis }, { value: result, axis });
      else if (typeof size === 'number' && typeof repeated === 'number') {
        const indices = Array.from({ length: repeated }, (_, i) => i % size);
        ties.pick({ value, axis }, indices, { value: result, axis });
      } else for (const name of [value, result]) ties.freeze({ value: name, axis }, 'Tile repeats it');
    });
  },
  differentiate(node, tape) {
    tape.keep(node);
    const x = input(node, 0);
    return ([gradient]) => {
      if (gradient === undefined || !tape.wants(x)) return [];
      const [from, to] = [tape.shape(x), tape.shape(output(node))];
      const parts = from.flatMap((_, axis) => [fixed(to, axis) / fixed(from, axis), fixed(from, axis)]);
      const folded = tape.op('Reshape', [gradient, tape.ints(parts)]);
      const axes = from.map((_, axis) => 2 * axis);
      return [tape.op('ReduceSum', [folded, tape.ints(axes)], { keepdims: 0 })];
    };
  },
  evaluate(node, [x, repeats], { tf, constant }) {
    const known = constant(input(node, 1));
    const times = known ? integers(known) : Array.from((repeats as TfTensor).dataSync());
    return tf.tile(x as TfTensor, times);
  },
};
