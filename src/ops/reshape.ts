// Reshape: 0 keeps a size, −1 takes what is left. https://onnx.ai/onnx/operators/onnx__Reshape.html
import type { Tensor as TfTensor } from '@tensorflow/tfjs-core';
import { BATCH, type Dimension, fixed, type Node, type Shape } from '../model/graph';
import { elementCount } from '../model/tensor';
import { factored, multiple } from './multiple';
import { type Axis, input, type Known, numberAttribute, type Operator, output, type Ties } from './operator';
import { isStale, restated } from './stated-sizes';
import { wholeNumbers } from './whole-numbers';

/** As written: −1 takes what is left, 0 keeps a size, a name stands for a size known only when the model runs. */
function targetOf(node: Node, { sizes }: Pick<Known, 'sizes'>): Dimension[] | undefined {
  return sizes(input(node, 1))?.map(({ value }) => value);
}

const keepsZeros = (node: Node): boolean => numberAttribute(node, 'allowzero', 0) !== 0;

export const reshape: Operator = {
  type: 'Reshape',
  shapeInputs: [1],
  shapes(node, [shape = [], length = []], known) {
    const target = targetOf(node, known);
    if (target === undefined) {
      // Of a target that is computed from something else than sizes, its length alone is known.
      return [typeof length[0] === 'number' ? newSizes(node, length[0]) : undefined];
    }
    const zeros = keepsZeros(node);
    const result = target.map((size, i): Dimension => (size === 0 && !zeros ? (shape[i] ?? 1) : size));
    // Sizes known only when the model runs cancel out where they are kept as they are.
    const open = remaining(shape, result);
    const made = remaining(result, shape);
    const total = elementCount(shape.filter((size) => typeof size === 'number'));
    const stated = elementCount(result.filter((size) => typeof size === 'number' && size !== -1) as number[]);
    const rest = result.indexOf(-1);
    if (rest >= 0) {
      if (open.length === 0 && made.length === 0) {
        if (stated === 0 ? total !== 0 : total % stated !== 0) throw mismatch(node, shape, target);
        result[rest] = stated === 0 ? 0 : total / stated;
      } else {
        const stated = result.filter((_, i) => i !== rest);
        result[rest] = left(shape, stated) ?? `${node.name}_${rest}`;
      }
    } else if (made.length === 0 ? !couldBe(stated, total, open) : !couldMake(shape, result)) {
      throw mismatch(node, shape, target);
    }
    return [result];
  },
  ties(node, ties) {
    const [x, y] = [input(node, 0), output(node)];
    tieRegrouped(ties, x, y);
  },
  sizes: (node, [shape = []], { sizes }) => (shape.length <= 2 ? sizes(input(node, 0)) : undefined),
  resize(node, widths) {
    const [before, after] = [widths.before(output(node)), widths.after(output(node))];
    const shape = widths.before(input(node, 0));
    const sizes = widths.sizes(input(node, 1));
    const isStated = (size: Dimension, i: number): boolean =>
      typeof size === 'number' && sizes?.[i]?.value !== -1 && sizes?.[i]?.value !== 0;
    const changed = before.some((size, i) => {
      const own = sizes?.[i];
      return own !== undefined && isStated(size, i) && (size !== after[i] || isStale(own, widths));
    });
    if (!changed) return node;
    const wanted = before.map((size, i): number | undefined => {
      if (typeof size === 'number') return isStated(size, i) ? Number(after[i]) : Number(sizes?.[i]?.value);
      if (sizes?.[i]?.value === -1) return -1;
      return size === shape[i] ? 0 : undefined;
    });
    // One size alone can be left to what remains.
    const left = wanted.flatMap((size, i) => (size === undefined ? [i] : []));
    if (left.length === 1 && !wanted.includes(-1)) wanted[left[0] as number] = -1;
    const inputs = [input(node, 0), restated(node, 1, wanted, widths)];
    const kept = keepsZeros(node) && before.some((_, i) => wanted[i] === 0 && sizes?.[i]?.value !== 0);
    return { ...node, inputs, ...(kept && { attributes: { ...node.attributes, allowzero: 0 } }) };
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
  evaluate(node, [x, target], { tf, constant }) {
    const value = x as TfTensor;
    const sizes = wholeNumbers(node.inputs[1], target, constant) ?? [];
    return tf.reshape(
      value,
      sizes.map((size, i) => (size === 0 ? (value.shape[i] ?? 1) : size)),
    );
  },
};

/** Ties the axes of two values that hold the same elements in the same order. */
export function tieRegrouped(ties: Ties, x: string, y: string): void {
  for (const { from, to, hidden } of blocks(ties.shape(x), ties.shape(y))) {
    const axes = (value: string, list: readonly number[]): Axis[] =>
      list.map((axis) => ({ value, axis })).filter(({ axis }) => ties.shape(value)[axis] !== 1);
    const [wide, narrow] = [axes(x, from), axes(y, to)];
    const [first, second] = [wide[0], narrow[0]];
    if (first === undefined || second === undefined) continue;
    if (hidden) {
      const [a, b] = [fixed(ties.shape(x), first.axis), fixed(ties.shape(y), second.axis)];
      if (a > b) ties.product(first, [a / b, second]);
      else ties.product(second, [b / a, first]);
    } else if (wide.length === 1 && narrow.length === 1) ties.tie(first, second);
    else if (wide.length === 1) ties.product(first, narrow);
    else if (narrow.length === 1) ties.product(second, wide);
    else if (!tieOuter(ties, wide, narrow) && !tieOuter(ties, narrow, wide))
      freezeRegrouped(ties, [...wide, ...narrow]);
  }
}

/**
 * [batch · heads, width] as [batch, heads · width], [groups · n, height, width] as [groups, n · height · width]: what lies
 * outermost on one side is the outer part of the other's first, however what lies within is regrouped.
 */
function tieOuter(ties: Ties, wide: readonly Axis[], narrow: readonly Axis[]): boolean {
  const [product, ...inside] = wide;
  const [outer, whole, ...others] = narrow;
  if (product === undefined || outer === undefined || whole === undefined) return false;
  const size = ({ value, axis }: Axis): Dimension | undefined => ties.shape(value)[axis];
  const [a, b] = [size(product), size(outer)];
  if (typeof a !== 'number' || typeof b !== 'number' || a === b || a % b !== 0) return false;
  ties.product(product, [outer, a / b]);
  const known = [whole, ...inside].every((axis) => typeof size(axis) === 'number');
  if (others.length === 0 && known) ties.product(whole, [a / b, ...inside]);
  else freezeRegrouped(ties, [...inside, whole, ...others]);
  return true;
}

function freezeRegrouped(ties: Ties, axes: readonly Axis[]): void {
  for (const axis of axes) ties.freeze(axis, 'its axes are regrouped');
}

/** What −1 stands for where all that is unknown cancels out, or all but one size, of which it is a multiple. */
function left(shape: Shape, stated: Shape): Dimension | undefined {
  const [before, after] = [shape.map(factored), stated.map(factored)];
  const names = (sizes: typeof before): string[] => sizes.flatMap(({ name }) => name ?? []);
  const [open, ...others] = remaining(names(before), names(after));
  if (others.length > 0 || remaining(names(after), names(before)).length > 0) return undefined;
  const product = (sizes: typeof before): number => elementCount(sizes.map(({ count }) => count));
  const count = product(before) / product(after);
  if (!Number.isInteger(count) || count <= 0) return undefined;
  return open === undefined ? count : multiple(count, open);
}

function mismatch(node: Node, shape: Shape, target: Shape): Error {
  return new Error(`Reshape "${node.name}": [${shape.join(', ')}] does not reshape to [${target.join(', ')}]`);
}

/** Whether so many elements can be `known` times sizes that only a run tells. A batch of any size is never a fixed number. */
function couldBe(stated: number, known: number, open: readonly string[]): boolean {
  if (open.length === 0) return stated === known;
  return !open.includes(BATCH) && (known === 0 ? stated === 0 : stated % known === 0);
}

/** Whether what is known divides, where every size of the first that only a run tells is one of the second. */
function couldMake(shape: Shape, result: Shape): boolean {
  const names = result.filter((size) => typeof size === 'string');
  for (const size of shape) {
    if (typeof size === 'number') continue;
    const place = names.indexOf(size);
    if (place < 0) return true;
    names.splice(place, 1);
  }
  const [total, stated] = [shape, result].map((sizes) =>
    elementCount(sizes.filter((size) => typeof size === 'number')),
  );
  return stated === 0 ? total === 0 : (total ?? 0) % (stated ?? 1) === 0;
}

/** Names that the first list holds and the second doesn't. */
function remaining(from: Shape, without: Shape): string[] {
  return from.filter((size) => typeof size === 'string' && !without.includes(size)) as string[];
}

function newSizes(node: Node, count: number): string[] {
  return Array.from({ length: count }, (_, i) => `${node.name}_${i}`);
}

interface Block {
  readonly from: number[];
  readonly to: number[];
  /** One axis on each side, the larger a multiple of the smaller: the rest went to sizes known only at run time. */
  readonly hidden?: boolean;
}

/** The smallest runs of neighbouring axes on both sides that hold the same number of elements. */
function blocks(before: Shape, after: Shape): Block[] {
  const result: Block[] = [];
  let start = 0;
  while (start < Math.min(before.length, after.length) && before[start] === after[start]) {
    result.push({ from: [start], to: [start] });
    start++;
  }
  let [i, j] = [before.length, after.length];
  while (i > start && j > start && before[i - 1] === after[j - 1]) result.push({ from: [--i], to: [--j] });
  while (i > start || j > start) {
    const block = { from: [] as number[], to: [] as number[] };
    let [left, right] = [1, 1];
    do {
      const growLeft = j <= start || (i > start && left <= right);
      const size = growLeft ? before[i - 1] : after[j - 1];
      if (typeof size === 'string') return [...result, ...untilUnknown(before, after, start, i, j, block)];
      if (growLeft) [left] = [left * (size ?? 1), block.from.unshift(--i)];
      else [right] = [right * (size ?? 1), block.to.unshift(--j)];
    } while ((left !== right || block.from.length === 0 || block.to.length === 0) && (i > start || j > start));
    result.push(block);
  }
  return result;
}

/** What is left where an unknown size hides how the axes before it meet. */
function untilUnknown(before: Shape, after: Shape, start: number, i: number, j: number, { from, to }: Block): Block[] {
  // The last axis before the unknown may not be in the block yet: the side that has one waits for the other.
  const own = (shape: Shape, end: number, list: readonly number[]): number[] =>
    list.length > 0 ? [...list] : typeof shape[end - 1] === 'number' && end > start ? [end - 1] : [];
  const [left, right] = [own(before, i, from), own(after, j, to)];
  const [a, b] = [before[left[0] ?? -1], after[right[0] ?? -1]];
  const single = left.length === 1 && right.length === 1 && typeof a === 'number' && typeof b === 'number';
  const hidden = single && (a % b === 0 || b % a === 0);
  const rest = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, n) => from + n);
  const outside: Block = { from: rest(start, left[0] ?? i), to: rest(start, right[0] ?? j) };
  const inner: Block = { from: left, to: right, ...(hidden && { hidden }) };
  return hidden ? [inner, outside] : [{ from: [...outside.from, ...left], to: [...outside.to, ...right] }];
}
