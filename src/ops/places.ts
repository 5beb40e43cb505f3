// Elements named by indices: which channels they leave apart; and in TensorFlow.js as rows of a matrix, which it can gather
// and add up with a gradient.
import type { Tensor as TfTensor } from '@tensorflow/tfjs-core';
import type { Node } from '../model/graph';
import { strides } from '../model/tensor';
import { type Axis, type Evaluation, fromStart, numberAttribute, type Ties } from './operator';

const NAMED = 'its elements are named by their places';

/** Elements named along one axis (GatherElements): on every other, those at the same place go together. */
export function tieBeside(node: Node, ties: Ties, values: readonly string[]): void {
  const [first = ''] = values;
  const named = fromStart(numberAttribute(node, 'axis', 0), ties.shape(first).length);
  for (const value of values) {
    ties.shape(value).forEach((_, axis) => {
      if (axis === named) ties.freeze({ value, axis }, NAMED);
      else ties.tie({ value: first, axis }, { value, axis });
    });
  }
}

/** Slices named by their coordinates (GatherND): they are made of the same elements, from an axis on in both values. */
export function tieSlices(ties: Ties, indices: string, from: Axis, to: Axis): void {
  ties.shape(indices).forEach((_, axis) => {
    ties.freeze({ value: indices, axis }, NAMED);
  });
  for (const { value, axis: end } of [from, to]) {
    for (let axis = 0; axis < end; axis++) ties.freeze({ value, axis }, NAMED);
  }
  for (let i = 0; from.axis + i < ties.shape(from.value).length; i++) {
    ties.tie({ value: from.value, axis: from.axis + i }, { value: to.value, axis: to.axis + i });
  }
}

/** Where each element lies that indices name along an axis (GatherElements), in the flattened tensor. */
export function elementPlaces(indices: TfTensor, shape: readonly number[], axis: number, { tf }: Evaluation): TfTensor {
  const steps = strides(shape);
  const size = shape[axis] ?? 1;
  const whole = (value: number): TfTensor => tf.scalar(value, 'int32');
  const index = tf.cast(indices, 'int32');
  const counted = tf.where(tf.less(index, whole(0)), tf.add(index, whole(size)), index);
  const along = tf.mul(counted, whole(steps[axis] ?? 1));
  return indices.shape.reduce((sum, length, other) => {
    if (other === axis) return sum;
    const shape = indices.shape.map((_, i) => (i === other ? length : 1));
    const offsets = Array.from({ length }, (_, i) => i * (steps[other] ?? 1));
    return tf.add(sum, tf.tensor(offsets, shape, 'int32'));
  }, along);
}

/** Which slice each row of coordinates names (GatherND), counted through the leading axes. */
export function slicePlaces(indices: TfTensor, shape: readonly number[], { tf }: Evaluation): TfTensor {
  const whole = (value: number): TfTensor => tf.scalar(value, 'int32');
  const depth = indices.shape.at(-1) ?? 0;
  const steps = strides(shape.slice(0, depth));
  const parts = tf.split(tf.cast(indices, 'int32'), depth, -1).map((part, axis) => {
    const counted = tf.where(tf.less(part, whole(0)), tf.add(part, whole(shape[axis] ?? 1)), part);
    return tf.mul(counted, whole(steps[axis] ?? 1));
  });
  return tf.squeeze(
    parts.reduce((a, b) => tf.add(a, b)),
    [-1],
  );
}

/** Rows at places of `data` replaced by others, or with them added. */
export function withRows(data: TfTensor, places: TfTensor, rows: TfTensor, add: boolean, { tf }: Evaluation): TfTensor {
  const hot = tf.cast(tf.oneHot(tf.cast(places, 'int32') as never, data.shape[0] ?? 1), 'float32');
  const scattered = tf.matMul(tf.transpose(hot) as never, rows as never);
  if (add) return tf.add(data, scattered);
  const kept = tf.sub(1, tf.max(hot, 0));
  return tf.add(tf.mul(data, tf.expandDims(kept, 1)), scattered);
}
