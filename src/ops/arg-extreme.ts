// What ArgMax and ArgMin have in common: the index of the extreme along one axis. No gradient goes back.
import type { Tensor as TfTensor } from '@tensorflow/tfjs-core';
import type { Node } from '../model/graph';
import { axisWithin, type Evaluation, input, numberAttribute, type Operator, output } from './operator';

const axisOf = (node: Node, rank: number): number => axisWithin(numberAttribute(node, 'axis', 0), rank);
const keeps = (node: Node): boolean => numberAttribute(node, 'keepdims', 1) !== 0;

export function argExtreme(type: string, find: (x: TfTensor, axis: number, run: Evaluation) => TfTensor): Operator {
  return {
    type,
    discrete: true,
    shapes(node, [shape = []]) {
      const axis = axisOf(node, shape.length);
      return [keeps(node) ? shape.with(axis, 1) : shape.toSpliced(axis, 1)];
    },
    ties(node, ties) {
      const [value, result] = [input(node, 0), output(node)];
      const shape = ties.shape(value);
      const taken = axisOf(node, shape.length);
      const gone = keeps(node) ? 0 : 1;
      shape.forEach((_, axis) => {
        if (axis === taken) ties.freeze({ value, axis }, 'an index of its elements is taken');
        else ties.tie({ value, axis }, { value: result, axis: axis > taken ? axis - gone : axis });
      });
    },
    evaluate(node, [x], run) {
      const { tf } = run;
      const value = x as TfTensor;
      const axis = axisOf(node, value.rank);
      // Of several the first counts, unless the node says otherwise.
      const last = numberAttribute(node, 'select_last_index', 0) !== 0;
      const index = last
        ? tf.sub((value.shape[axis] ?? 1) - 1, find(tf.reverse(value, axis), axis, run))
        : find(value, axis, run);
      return keeps(node) ? tf.expandDims(index, axis) : index;
    },
  };
}
