// ReduceMax over constant axes: the maximum of a maxout unit. https://onnx.ai/onnx/operators/onnx__ReduceMax.html
import type { Tensor as TfTensor } from '@tensorflow/tfjs-core';
import type { Node, Shape } from '../model/graph';
import { indicator } from './elementwise';
import { type Constants, input, numberAttribute, type Operator, output, type Tape } from './operator';
import { axesOf } from './reduction';

/** The axes reduced, counted from the start. */
export function reducedAxes(node: Node, shape: Shape, constant: Constants): number[] {
  return axesOf(node, shape.length, constant);
}

const keeps = (node: Node): boolean => numberAttribute(node, 'keepdims', 1) !== 0;

export const reduceMax: Operator = {
  type: 'ReduceMax',
  shapes(node, [shape = []], { constant }) {
    const reduced = reducedAxes(node, shape, constant);
    return [
      keeps(node)
        ? shape.map((size, axis) => (reduced.includes(axis) ? 1 : size))
        : shape.filter((_, axis) => !reduced.includes(axis)),
    ];
  },
  ties(node, ties) {
    const [value, result] = [input(node, 0), output(node)];
    const shape = ties.shape(value);
    const reduced = reducedAxes(node, shape, ties.constant);
    let target = 0;
    shape.forEach((_, axis) => {
      if (reduced.includes(axis)) ties.freeze({ value, axis }, 'a maximum is taken over it');
      else ties.tie({ value, axis }, { value: result, axis: target });
      if (keeps(node) || !reduced.includes(axis)) target++;
    });
  },
  differentiate(node, tape) {
    tape.keep(node);
    const [x, y] = [input(node, 0), output(node)];
    return ([gradient]) => {
      if (gradient === undefined || !tape.wants(x)) return [];
      const axes = reducedAxes(node, tape.shape(x), tape.constant);
      const withAxes = (value: string): string =>
        keeps(node) ? value : tape.op('Unsqueeze', [value, tape.ints(axes)]);
      return [toMaxima(tape, withAxes(gradient), x, withAxes(y), axes)];
    };
  },
  evaluate(node, [x], { tf, constant }) {
    const value = x as TfTensor;
    return tf.max(value, reducedAxes(node, value.shape, constant), keeps(node));
  },
};

/** A gradient to the elements of x that equal their maximum y, shared equally where several do; axes kept at size 1. */
export function toMaxima(tape: Tape, gradient: string, x: string, y: string, axes: readonly number[]): string {
  const winners = indicator(tape, tape.op('Equal', [x, y]));
  const count = tape.op('ReduceSum', [winners, tape.ints(axes)], { keepdims: 1 });
  return tape.op('Mul', [winners, tape.op('Div', [gradient, count])]);
}
