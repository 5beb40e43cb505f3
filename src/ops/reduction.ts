// What ReduceSum and ReduceMean have in common: axes as a constant second input, all of them where it is left out.
import type { Tensor as TfTensor } from '@tensorflow/tfjs-core';
import { fixed, type Node, type Shape } from '../model/graph';
import { elementCount, integers } from '../model/tensor';
import { type Constants, fromStart, input, numberAttribute, type Operator, output, type Tape } from './operator';

interface Reduction {
  /** Why an axis that it is taken over can't be cut. */
  readonly frozen: string;
  /** What of the gradient every element gets. */
  readonly share: (tape: Tape, gradient: string, count: number) => string;
  readonly evaluate: (
    tf: typeof import('@tensorflow/tfjs-core'),
    x: TfTensor,
    axes: number[],
    keep: boolean,
  ) => TfTensor;
}

function axesOf(node: Node, rank: number, constant: Constants): number[] {
  const name = node.inputs[1];
  if (!name) {
    const none = numberAttribute(node, 'noop_with_empty_axes', 0) !== 0;
    return none ? [] : Array.from({ length: rank }, (_, axis) => axis);
  }
  const axes = constant(name);
  if (!axes) throw new Error(`${node.type} "${node.name}": its axes must be a constant`);
  return integers(axes).map((axis) => fromStart(axis, rank));
}

const keeps = (node: Node): boolean => numberAttribute(node, 'keepdims', 1) !== 0;

export function reduction(type: string, { frozen, share, evaluate }: Reduction): Operator {
  return {
    type,
    shapes(node, [shape = []], { constant }) {
      const reduced = axesOf(node, shape.length, constant);
      const kept = (size: Shape[number], axis: number): Shape =>
        reduced.includes(axis) ? (keeps(node) ? [1] : []) : [size];
      return [shape.flatMap(kept)];
    },
    ties(node, ties) {
      const [value, result] = [input(node, 0), output(node)];
      const shape = ties.shape(value);
      const reduced = axesOf(node, shape.length, ties.constant.bind(ties));
      let target = 0;
      shape.forEach((_, axis) => {
        if (reduced.includes(axis)) ties.freeze({ value, axis }, frozen);
        else ties.tie({ value, axis }, { value: result, axis: target });
        if (keeps(node) || !reduced.includes(axis)) target++;
      });
    },
    differentiate(node, tape) {
      tape.keep(node);
      const x = input(node, 0);
      return ([gradient]) => {
        if (gradient === undefined || !tape.wants(x)) return [];
        const shape = tape.shape(x);
        const axes = axesOf(node, shape.length, tape.constant.bind(tape));
        const each = share(tape, gradient, elementCount(axes.map((axis) => fixed(shape, axis))));
        const stretched = keeps(node) || axes.length === 0 ? each : tape.op('Unsqueeze', [each, tape.ints(axes)]);
        return [tape.op('Expand', [stretched, tape.ints(shape.map(Number))])];
      };
    },
    evaluate(node, [x], { tf, constant }) {
      const value = x as TfTensor;
      const axes = axesOf(node, value.rank, constant);
      return axes.length === 0 ? tf.clone(value) : evaluate(tf, value, axes, keeps(node));
    },
  };
}
