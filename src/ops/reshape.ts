// Reshape to a constant target: 0 keeps a size, −1 takes what is left. https://onnx.ai/onnx/operators/onnx__Reshape.html
import type { Tensor as TfTensor } from '@tensorflow/tfjs-core';
import type { Dimension, Node, Shape } from '../model/graph';
import { elementCount, int64, integers } from '../model/tensor';
import { type Constants, input, type Operator, output } from './operator';

function targetOf(node: Node, constant: Constants): number[] {
  const target = constant(input(node, 1));
  if (!target) throw new Error(`Reshape "${node.name}": its target must be a constant`);
  return integers(target);
}

export const reshape: Operator = {
  type: 'Reshape',
  shapes(node, [shape = []], constant) {
    const target = targetOf(node, constant);
    const result = target.map((size, i): Dimension => (size === 0 ? (shape[i] ?? 1) : size));
    // Sizes known only when the model runs cancel out where they are kept as they are.
    const unknown = shape.filter((size) => typeof size === 'string');
    const open = unknown.filter((size) => !result.includes(size));
    const total = elementCount(shape.filter((size) => typeof size === 'number'));
    const known = elementCount(result.filter((size) => typeof size === 'number' && size !== -1) as number[]);
    const rest = result.indexOf(-1);
    if (rest >= 0) {
      if (open.length > 1) throw new Error(`Reshape "${node.name}": more than one size is unknown`);
      if (open[0] !== undefined && total === known) result[rest] = open[0];
      else if (open.length === 0 && known > 0 && total % known === 0) result[rest] = total / known;
      else throw mismatch(node, shape, target);
    } else if (open.length > 0 || total !== known) {
      throw mismatch(node, shape, target);
    }
    return [result];
  },
  ties(node, ties) {
    const [x, y] = [input(node, 0), output(node)];
    for (const { from, to } of blocks(ties.shape(x), ties.shape(y))) {
      const wide = from.map((axis) => ({ value: x, axis })).filter(({ axis }) => ties.shape(x)[axis] !== 1);
      const narrow = to.map((axis) => ({ value: y, axis })).filter(({ axis }) => ties.shape(y)[axis] !== 1);
      const [first, second] = [wide[0], narrow[0]];
      if (first === undefined || second === undefined) continue;
      if (wide.length === 1 && narrow.length === 1) ties.tie(first, second);
      else if (wide.length === 1) ties.product(first, narrow);
      else if (narrow.length === 1) ties.product(second, wide);
      else for (const axis of [...wide, ...narrow]) ties.freeze(axis, 'Reshape regroups it');
    }
  },
  resize(node, widths) {
    const target = targetOf(node, widths.constant.bind(widths));
    const [before, after] = [widths.before(output(node)), widths.after(output(node))];
    const resized = target.map((size, i) => (size > 0 && before[i] !== after[i] ? Number(after[i]) : size));
    if (resized.every((size, i) => size === target[i])) return node;
    return { ...node, inputs: [input(node, 0), widths.remake(int64(resized))] };
  },
  differentiate(node, tape) {
    tape.keep(node);
    const x = input(node, 0);
    return ([gradient]) => [
      gradient !== undefined && tape.wants(x)
        ? tape.op('Reshape', [gradient, tape.ints(tape.shape(x).map(Number))])
        : undefined,
    ];
  },
  evaluate(node, [x], { tf, constant }) {
    const value = x as TfTensor;
    return tf.reshape(
      value,
      targetOf(node, constant).map((size, i) => (size === 0 ? (value.shape[i] ?? 1) : size)),
    );
  },
};

function mismatch(node: Node, shape: Shape, target: readonly number[]): Error {
  return new Error(`Reshape "${node.name}": [${shape.join(', ')}] does not reshape to [${target.join(', ')}]`);
}

/** The smallest runs of neighbouring axes on both sides that hold the same number of elements. */
function blocks(before: Shape, after: Shape): { from: number[]; to: number[] }[] {
  const result: { from: number[]; to: number[] }[] = [];
  let [i, j] = [0, 0];
  while (i < before.length || j < after.length) {
    if (i < before.length && before[i] === after[j]) {
      result.push({ from: [i++], to: [j++] });
      continue;
    }
    const block = { from: [] as number[], to: [] as number[] };
    let [left, right] = [1, 1];
    do {
      const grow = left <= right && i < before.length ? 'left' : 'right';
      const size = grow === 'left' ? before[i] : after[j];
      if (typeof size === 'string') return [...result, remaining(before, after, i, j, block)];
      if (grow === 'left') [left] = [left * (size ?? 1), block.from.push(i++)];
      else [right] = [right * (size ?? 1), block.to.push(j++)];
    } while (
      (left !== right || block.from.length === 0 || block.to.length === 0) &&
      (i < before.length || j < after.length)
    );
    result.push(block);
  }
  return result;
}

/** Everything from here on as one block: an unknown size hides where its parts meet. */
function remaining(before: Shape, after: Shape, i: number, j: number, block: { from: number[]; to: number[] }) {
  const rest = (from: number, length: number): number[] => Array.from({ length: length - from }, (_, n) => from + n);
  return { from: [...block.from, ...rest(i, before.length)], to: [...block.to, ...rest(j, after.length)] };
}
