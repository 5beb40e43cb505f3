// Squeeze: takes axes of size 1 away, those of input 1 or all. https://onnx.ai/onnx/operators/onnx__Squeeze.html
import type { Tensor as TfTensor } from '@tensorflow/tfjs-core';
import { type Node, type Shape, UnknownYet } from '../model/graph';
import { int64 } from '../model/tensor';
import { axisWithin, type Constants, input, type Operator, output } from './operator';
import { tieRegrouped } from './reshape';
import { sameElements } from './same-elements';

/** The axes it takes away, from the start. */
function squeezed(node: Node, shape: Shape, constant: Constants): number[] {
  const named = node.inputs[1];
  if (!named) return shape.map((_, axis) => axis).filter((axis) => shape[axis] === 1);
  const axes = constant(named);
  if (!axes) throw new UnknownYet(`Squeeze "${node.name}": its axes must be a constant`);
  return Array.from(axes.data as ArrayLike<number>, (axis) => axisWithin(Number(axis), shape.length));
}

export const squeeze: Operator = {
  type: 'Squeeze',
  shapeInputs: [1],
  shapes(node, [shape = []], { constant }) {
    const gone = squeezed(node, shape, constant);
    for (const axis of gone) {
      // A size that only a run tells may be 1 then.
      if (typeof shape[axis] !== 'string' && shape[axis] !== 1) {
        throw new Error(`Squeeze "${node.name}": axis ${axis} of [${shape.join(', ')}] is not 1`);
      }
    }
    return [shape.filter((_, axis) => !gone.includes(axis))];
  },
  sizes: (node, _, { sizes }) => sizes(input(node, 0)),
  ties: (node, ties) => tieRegrouped(ties, input(node, 0), output(node)),
  resize(node, widths) {
    if (node.inputs[1]) return node;
    const [before, after] = [widths.before(input(node, 0)), widths.after(input(node, 0))];
    // An axis that has become 1 would go too.
    if (!after.some((size, axis) => size === 1 && before[axis] !== 1)) return node;
    return { ...node, inputs: [input(node, 0), widths.remake(int64(squeezed(node, before, widths.constant)))] };
  },
  differentiate: sameElements,
  evaluate: (node, [x], { tf, constant }) => {
    const value = x as TfTensor;
    const gone = squeezed(node, value.shape, constant);
    return tf.reshape(
      value,
      value.shape.filter((_, axis) => !gone.includes(axis)),
    );
  },
};
