// Shape: the sizes of a value's axes from `start` to `end`. https://onnx.ai/onnx/operators/onnx__Shape.html
import type { Tensor as TfTensor } from '@tensorflow/tfjs-core';
import type { Node, Shape } from '../model/graph';
import { fromStart, input, numberAttribute, type Operator, output } from './operator';

function range(node: Node, shape: Shape): [number, number] {
  const clamp = (axis: number): number => Math.min(shape.length, Math.max(0, fromStart(axis, shape.length)));
  return [clamp(numberAttribute(node, 'start', 0)), clamp(numberAttribute(node, 'end', shape.length))];
}

export const shape: Operator = {
  type: 'Shape',
  shapes(node, [shape = []]) {
    const [start, end] = range(node, shape);
    return [[Math.max(0, end - start)]];
  },
  sizes(node, [shape = []]) {
    const [start, end] = range(node, shape);
    return shape
      .map((value, axis) => ({ value, from: [{ value: input(node, 0), axis }] }))
      .slice(start, Math.max(start, end));
  },
  // The sizes it tells are followed apart from the channels: see `sizes`.
  ties: (node, ties) => ties.freeze({ value: output(node), axis: 0 }, 'it is a list of sizes'),
  differentiate(node, tape) {
    tape.keep(node);
    return () => [];
  },
  evaluate(node, [x], { tf }) {
    const { shape } = x as TfTensor;
    const [start, end] = range(node, shape);
    return tf.tensor1d(shape.slice(start, end), 'int32');
  },
};
