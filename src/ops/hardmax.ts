// Hardmax: 1 where the largest of an axis is, the first of several, else 0.
// https://onnx.ai/onnx/operators/onnx__Hardmax.html
import type { Tensor as TfTensor } from '@tensorflow/tfjs-core';
import type { Operator } from './operator';
import { fromStart, input, numberAttribute, output } from './operator';
import { alongLast } from './softmax';

export const hardmax: Operator = {
  type: 'Hardmax',
  discrete: true,
  shapes: (_, [shape = []]) => [shape],
  ties(node, ties) {
    const [value, result] = [input(node, 0), output(node)];
    const shape = ties.shape(value);
    const taken = fromStart(numberAttribute(node, 'axis', -1), shape.length);
    shape.forEach((_, axis) => {
      ties.tie({ value, axis }, { value: result, axis });
      // Were the largest cut, another would be.
      if (axis === taken) ties.freeze({ value, axis }, 'Hardmax takes the largest of it');
    });
  },
  evaluate: (node, [x], { tf }) =>
    alongLast(node, x as TfTensor, tf, (value) =>
      tf.cast(tf.oneHot(tf.argMax(value, -1), value.shape.at(-1) ?? 1), 'float32'),
    ),
};
