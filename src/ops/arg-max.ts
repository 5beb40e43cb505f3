// ArgMax: the index of the largest along one axis. https://onnx.ai/onnx/operators/onnx__ArgMax.html
import type { Tensor as TfTensor } from '@tensorflow/tfjs-core';
import { fromStart, input, numberAttribute, type Operator, output } from './operator';

export const argMax: Operator = {
  type: 'ArgMax',
  shapes(node, [shape = []]) {
    const axis = fromStart(numberAttribute(node, 'axis', 0), shape.length);
    return [numberAttribute(node, 'keepdims', 1) === 0 ? shape.toSpliced(axis, 1) : shape.with(axis, 1)];
  },
  ties(node, ties) {
    const [value, result] = [input(node, 0), output(node)];
    const shape = ties.shape(value);
    const taken = fromStart(numberAttribute(node, 'axis', 0), shape.length);
    const gone = numberAttribute(node, 'keepdims', 1) === 0 ? 1 : 0;
    shape.forEach((_, axis) => {
      if (axis === taken) ties.freeze({ value, axis }, 'an index of its elements is taken');
      else ties.tie({ value, axis }, { value: result, axis: axis > taken ? axis - gone : axis });
    });
  },
  evaluate(node, [x], { tf }) {
    const value = x as TfTensor;
    const axis = fromStart(numberAttribute(node, 'axis', 0), value.rank);
    // Of several largest the first counts, unless the node says otherwise.
    const last = numberAttribute(node, 'select_last_index', 0) !== 0;
    const index = last
      ? tf.sub((value.shape[axis] ?? 1) - 1, tf.argMax(tf.reverse(value, axis), axis))
      : tf.argMax(value, axis);
    return numberAttribute(node, 'keepdims', 1) === 0 ? index : tf.expandDims(index, axis);
  },
};
