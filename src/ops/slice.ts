// Slice: a run of elements, every so many, of some axes. https://onnx.ai/onnx/operators/onnx__Slice.html
import type { Tensor as TfTensor } from '@tensorflow/tfjs-core';
import type { Node, Shape } from '../model/graph';
import { integers } from '../model/tensor';
import { type Constants, fromStart, input, type Operator, output } from './operator';

interface Run {
  readonly axis: number;
  readonly start: number;
  /** Elements taken. */
  readonly count: number;
  readonly step: number;
}

/** What is taken of every axis that is sliced. */
function runsOf(node: Node, shape: Shape, constant: Constants): Run[] {
  const listed = [1, 2, 3, 4].map((i) => {
    const name = node.inputs[i];
    if (!name) return undefined;
    const tensor = constant(name);
    if (!tensor) throw new Error(`Slice "${node.name}": what it takes must be a constant`);
    return integers(tensor);
  });
  const [starts = [], ends = [], axes = starts.map((_, i) => i), steps = starts.map(() => 1)] = listed;
  return axes.map((given, i): Run => {
    const axis = fromStart(given, shape.length);
    const size = shape[axis];
    if (typeof size !== 'number')
      throw new Error(`Slice "${node.name}" takes a part of an axis whose size is not known`);
    const step = steps[i] ?? 1;
    const bound = (index: number, low: number, high: number): number =>
      Math.max(low, Math.min(high, index < 0 ? index + size : index));
    const [start, end] =
      step > 0
        ? [bound(starts[i] ?? 0, 0, size), bound(ends[i] ?? 0, 0, size)]
        : [bound(starts[i] ?? 0, 0, size - 1), bound(ends[i] ?? 0, -1, size - 1)];
    return { axis, start, step, count: Math.max(0, Math.ceil((end - start) / step)) };
  });
}

export const slice: Operator = {
  type: 'Slice',
  shapes(node, [shape = []], { constant }) {
    const counts = new Map(runsOf(node, shape, constant).map(({ axis, count }) => [axis, count]));
    return [shape.map((size, axis) => counts.get(axis) ?? size)];
  },
  ties(node, ties) {
    const [value, result] = [input(node, 0), output(node)];
    const shape = ties.shape(value);
    const runs = new Map(runsOf(node, shape, ties.constant.bind(ties)).map((run) => [run.axis, run]));
    shape.forEach((size, axis) => {
      const run = runs.get(axis);
      if (run === undefined || (run.step === 1 && run.count === size))
        ties.tie({ value, axis }, { value: result, axis });
      else for (const sliced of [value, result]) ties.freeze({ value: sliced, axis }, 'Slice takes a part of it');
    });
  },
  evaluate(node, [x], { tf, constant }) {
    const value = x as TfTensor;
    let result = tf.clone(value);
    for (const { axis, start, count, step } of runsOf(node, value.shape, constant)) {
      const indices = Int32Array.from({ length: count }, (_, i) => start + i * step);
      result =
        step === 1
          ? tf.slice(
              result,
              result.shape.map((_, i) => (i === axis ? start : 0)),
              result.shape.map((size, i) => (i === axis ? count : size)),
            )
          : tf.gather(result, tf.tensor1d(indices, 'int32'), axis);
    }
    return result;
  },
};
