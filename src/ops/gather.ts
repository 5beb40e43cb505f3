// Gather: the elements that indices name, along one axis; an embedding where the data are a weight.
// https://onnx.ai/onnx/operators/onnx__Gather.html
import type { Tensor as TfTensor } from '@tensorflow/tfjs-core';
import { fixed, type Node, type Shape } from '../model/graph';
import { elementCount, int64, integers } from '../model/tensor';
import {
  axisWithin,
  type Constants,
  fromStart,
  input,
  numberAttribute,
  type Operator,
  output,
  type Size,
} from './operator';

function axisOf(node: Node, shape: Shape): number {
  return axisWithin(numberAttribute(node, 'axis', 0), shape.length);
}

/** A list of indices that is part of the structure, counted from the start. */
function constantIndices(node: Node, size: number, constant: Constants): number[] | undefined {
  const indices = constant(input(node, 1));
  if (indices === undefined || indices.shape.length !== 1) return undefined;
  const list = integers(indices).map((index) => fromStart(index, size));
  return list.every((index) => index >= 0 && index < size) ? list : undefined;
}

export const gather: Operator = {
  type: 'Gather',
  shapes(node, [data = [], indices = []]) {
    const axis = axisOf(node, data);
    if (axis < 0 || axis >= data.length) {
      throw new Error(`Gather "${node.name}": [${data.join(', ')}] has no axis ${axis}`);
    }
    return [[...data.slice(0, axis), ...indices, ...data.slice(axis + 1)]];
  },
  sizes(node, [data = []], { sizes }) {
    const [all, indices] = [sizes(input(node, 0)), sizes(input(node, 1))];
    if (all === undefined || indices === undefined || data.length !== 1) return undefined;
    return indices.map(({ value: index, from }, i): Size => {
      const picked = typeof index === 'number' ? all[fromStart(index, all.length)] : undefined;
      return picked ?? { value: `${node.name}_${i}`, from: [...from, ...all.flatMap((size) => size.from)] };
    });
  },
  ties(node, ties) {
    const [data, indices, result] = [input(node, 0), input(node, 1), output(node)];
    const [shape, asked] = [ties.shape(data), ties.shape(indices)];
    const gathered = axisOf(node, shape);
    shape.forEach((size, axis) => {
      const from = { value: data, axis };
      if (axis !== gathered) {
        const to = axis < gathered ? axis : axis + asked.length - 1;
        ties.tie(from, { value: result, axis: to });
        return;
      }
      const list = typeof size === 'number' ? constantIndices(node, size, ties.constant) : undefined;
      if (list) ties.pick(from, list, { value: result, axis });
      else ties.freeze(from, 'its elements are looked up by number');
    });
    if (constantIndices(node, Number(shape[gathered]), ties.constant)) return;
    asked.forEach((_, axis) => {
      ties.tie({ value: indices, axis }, { value: result, axis: gathered + axis });
    });
  },
  produces(node, shape) {
    const [data, result] = [shape(input(node, 0)), shape(output(node))];
    if (axisOf(node, data) === data.length - 1) return undefined;
    return {
      output: { value: output(node), axis: result.length - 1 },
      weight: { value: input(node, 0), axis: data.length - 1 },
    };
  },
  resize(node, widths) {
    const data = input(node, 0);
    const before = widths.before(data);
    const axis = axisOf(node, before);
    const kept = widths.kept(data, axis);
    const list = constantIndices(node, Number(before[axis]), widths.constant);
    if (kept === undefined || list === undefined) return node;
    const places = new Map(Array.from(kept, (index, place) => [index, place]));
    const moved = list.flatMap((index) => places.get(index) ?? []);
    return { ...node, inputs: [data, widths.remake(int64(moved))] };
  },
  differentiate(node, tape) {
    tape.keep(node);
    const [data, indices] = [input(node, 0), input(node, 1)];
    return ([gradient]) => {
      if (gradient === undefined || !tape.wants(data)) return [];
      const shape = tape.shape(data).map(Number);
      const axis = axisOf(node, shape);
      const rows = elementCount(tape.shape(indices).map(Number));
      // The gathered axis comes first, so that whole rows are added up; then everything goes back to its place.
      const order = [axis, ...shape.map((_, i) => i).filter((i) => i !== axis)];
      const flat = [...shape.slice(0, axis), rows, ...shape.slice(axis + 1)];
      const moved = tape.op('Transpose', [tape.op('Reshape', [gradient, tape.ints(flat)])], { perm: order });
      const size = fixed(shape, axis);
      const zeros = tape.op('Expand', [tape.float(0), tape.ints(order.map((i) => shape[i] as number))]);
      const list = tape.op('Reshape', [tape.op('Cast', [indices], { to: 7 }), tape.ints([rows, 1])]);
      const positive = tape.op('Mod', [tape.op('Add', [list, tape.ints([size])]), tape.ints([size])]);
      const summed = tape.op('ScatterND', [zeros, positive, moved], { reduction: 'add' });
      return [tape.op('Transpose', [summed], { perm: order.map((_, i) => order.indexOf(i)) })];
    };
  },
  evaluate(node, [data, indices], { tf, constant }) {
    const known = constant(input(node, 1));
    const list = known ? tf.tensor(integers(known), [...known.shape], 'int32') : (indices as TfTensor);
    const value = data as TfTensor;
    const axis = axisOf(node, value.shape);
    const size = value.shape[axis] ?? 1;
    const positive = tf.cast(tf.mod(tf.add(tf.cast(list, 'float32'), size), size), 'int32');
    const rows = tf.gather(value, tf.reshape(positive, [-1]), axis);
    return tf.reshape(rows, [...value.shape.slice(0, axis), ...list.shape, ...value.shape.slice(axis + 1)]);
  },
};
