// ReverseSequence: the first elements of every sequence turned around.
// https://onnx.ai/onnx/operators/onnx__ReverseSequence.html
import type { Tensor as TfTensor } from '@tensorflow/tfjs-core';
import { integers } from '../model/tensor';
import { input, numberAttribute, type Operator, output } from './operator';

export const reverseSequence: Operator = {
  type: 'ReverseSequence',
  shapes: (_, [shape = []]) => [shape],
  ties(node, ties) {
    const [value, result] = [input(node, 0), output(node)];
    const time = numberAttribute(node, 'time_axis', 0);
    ties.tie({ value: input(node, 1), axis: 0 }, { value, axis: numberAttribute(node, 'batch_axis', 1) });
    ties.shape(value).forEach((_, axis) => {
      ties.tie({ value, axis }, { value: result, axis });
      if (axis === time) ties.freeze({ value, axis }, 'ReverseSequence turns it around');
    });
  },
  differentiate(node, tape) {
    tape.keep(node);
    const x = input(node, 0);
    return ([gradient]) =>
      gradient !== undefined && tape.wants(x)
        ? [tape.op('ReverseSequence', [gradient, input(node, 1)], node.attributes)]
        : [];
  },
  evaluate(node, [x, lengths], { tf, constant }) {
    const value = x as TfTensor;
    const [time, batch] = [numberAttribute(node, 'time_axis', 0), numberAttribute(node, 'batch_axis', 1)];
    const known = constant(input(node, 1));
    const sizes = known ? integers(known) : Array.from((lengths as TfTensor).dataSync());
    const parts = tf.split(value, value.shape[batch] ?? 1, batch).map((sequence, i) => {
      const [turned, rest] = tf.split(sequence, [sizes[i] ?? 0, (value.shape[time] ?? 0) - (sizes[i] ?? 0)], time);
      return tf.concat([tf.reverse(turned as TfTensor, time), rest as TfTensor], time);
    });
    return tf.concat(parts, batch);
  },
};
