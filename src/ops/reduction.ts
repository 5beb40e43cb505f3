// What the reductions have in common: some axes are taken together, the others stay.
import type { Tensor as TfTensor } from '@tensorflow/tfjs-core';
import { fixed, type Node, type Shape, UnknownYet } from '../model/graph';
import { integers } from '../model/tensor';
import {
  axisWithin,
  type Constants,
  type Evaluation,
  input,
  numberAttribute,
  type Operator,
  output,
  type Tape,
} from './operator';

interface Reduction {
  /** Sums with the axes in place: the gradient of the elements from that of their result, and the result itself. */
  readonly gradient: (tape: Tape, gradient: string, x: string, y: string, count: number) => string;
  readonly evaluate: (x: TfTensor, axes: number[], keep: boolean, run: Evaluation) => TfTensor;
}

/** The axes reduced, counted from the start: all where none are named, unless that means none. */
export function axesOf(node: Node, rank: number, constant: Constants): number[] {
  const name = node.inputs[1];
  const axes = name ? constant(name) : undefined;
  if (name && axes === undefined) throw new UnknownYet(`${node.type} "${node.name}": its axes must be a constant`);
  const listed = axes ? integers(axes).map((axis) => axisWithin(axis, rank)) : [];
  if (listed.length > 0 || numberAttribute(node, 'noop_with_empty_axes', 0) !== 0) return listed;
  return Array.from({ length: rank }, (_, axis) => axis);
}

const keeps = (node: Node): boolean => numberAttribute(node, 'keepdims', 1) !== 0;

export function reduction(type: string, { gradient, evaluate }: Reduction): Operator {
  return {
    type,
    shapes(node, [shape = []], { constant }) {
      const reduced = new Set(axesOf(node, shape.length, constant));
      if (keeps(node)) return [shape.map((size, axis) => (reduced.has(axis) ? 1 : size))];
      return [shape.filter((_, axis) => !reduced.has(axis))];
    },
    ties(node, ties) {
      const [value, result] = [input(node, 0), output(node)];
      const shape = ties.shape(value);
      const reduced = new Set(axesOf(node, shape.length, ties.constant.bind(ties)));
      let target = 0;
      shape.forEach((_, axis) => {
        if (reduced.has(axis)) ties.approximate({ value, axis }, `${type} takes all of it together`);
        else ties.tie({ value, axis }, { value: result, axis: target });
        if (keeps(node) || !reduced.has(axis)) target++;
      });
    },
    differentiate(node, tape) {
      tape.keep(node);
      const [x, y] = [input(node, 0), output(node)];
      return ([incoming]) => {
        if (incoming === undefined || !tape.wants(x)) return [];
        const shape = tape.shape(x);
        const axes = axesOf(node, shape.length, tape.constant.bind(tape));
        const count = axes.reduce((product, axis) => product * fixed(shape, axis), 1);
        const inPlace = (value: string): string =>
          keeps(node) || axes.length === 0 ? value : tape.op('Unsqueeze', [value, tape.ints(axes)]);
        const own = gradient(tape, inPlace(incoming), x, inPlace(y), count);
        return [tape.op('Expand', [own, tape.ints(sizesOf(shape))])];
      };
    },
    evaluate(node, [x], run) {
      const value = x as TfTensor;
      const axes = axesOf(node, value.rank, run.constant);
      return axes.length === 0 ? run.tf.clone(value) : evaluate(value, axes, keeps(node), run);
    },
  };
}

function sizesOf(shape: Shape): number[] {
  return shape.map((_, axis) => fixed(shape, axis));
}
