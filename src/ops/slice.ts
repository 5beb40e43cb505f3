// Slice: starts, ends, axes and steps are inputs. https://onnx.ai/onnx/operators/onnx__Slice.html
import type { Tensor as TfTensor } from '@tensorflow/tfjs-core';
import type { Dimension, Node, Shape } from '../model/graph';
import { axisWithin, input, type Known, NoGradientRule, type Operator, output, type Size, type Tape } from './operator';
import { isStale, restated } from './stated-sizes';
import { wholeNumbers } from './whole-numbers';

interface Range {
  /** Place of the axis in the lists of starts and ends. */
  readonly place: number;
  readonly start: number;
  readonly count: number;
  readonly step: number;
}

/** What is taken of each axis that is sliced: undefined where only a run tells. Undefined as a whole where not even which axes are known. */
function rangesOf(
  node: Node,
  shape: Shape,
  { sizes }: Pick<Known, 'sizes'>,
): Map<number, Range | undefined> | undefined {
  const list = (index: number): readonly Dimension[] | undefined => {
    const name = node.inputs[index];
    return name ? sizes(name)?.map(({ value }) => value) : undefined;
  };
  const [starts, ends, steps] = [list(1), list(2), list(4)];
  const count = starts?.length ?? ends?.length;
  const axes = node.inputs[3] ? list(3) : count === undefined ? undefined : Array.from({ length: count }, (_, i) => i);
  if (axes === undefined || axes.some((axis) => typeof axis !== 'number')) return undefined;
  const ranges = new Map<number, Range | undefined>();
  axes.forEach((named, place) => {
    const axis = axisWithin(Number(named), shape.length);
    const [start, end, step] = [starts?.[place], ends?.[place], node.inputs[4] ? steps?.[place] : 1];
    ranges.set(axis, rangeOf(node, shape[axis], start, end, step, place));
  });
  return ranges;
}

function rangeOf(
  node: Node,
  size: Dimension | undefined,
  start: Dimension | undefined,
  end: Dimension | undefined,
  step: Dimension | undefined,
  place: number,
): Range | undefined {
  if (size === undefined) throw new Error(`Slice "${node.name}": its input has no such axis`);
  if (typeof size !== 'number' || typeof start !== 'number' || typeof end !== 'number' || typeof step !== 'number') {
    return undefined;
  }
  if (step === 0) throw new Error(`Slice "${node.name}": a step of 0`);
  const clamp = (value: number, low: number, high: number): number =>
    Math.min(high, Math.max(low, value < 0 ? value + size : value));
  const [from, to] =
    step > 0 ? [clamp(start, 0, size), clamp(end, 0, size)] : [clamp(start, 0, size - 1), clamp(end, -1, size - 1)];
  return { place, start: from, count: Math.max(0, Math.ceil((to - from) / step)), step };
}

/** What is taken of an axis, in order; undefined where only a run tells. */
function places(size: Dimension, ranges: ReadonlyMap<number, Range | undefined>, axis: number): number[] | undefined {
  const range = ranges.has(axis) ? ranges.get(axis) : { start: 0, count: Number(size), step: 1 };
  return range && Array.from({ length: range.count || 0 }, (_, i) => range.start + i * range.step);
}

/** The first of the elements taken, in the order of the axis. */
function firstOf({ start, count, step }: Range): number {
  return step > 0 ? start : start + (count - 1) * step;
}

/** One element of every block of `step`, the axis being made of such blocks: those of a block live or die together. */
function inBlocks({ start, count, step }: Range, size: Dimension): boolean {
  return step > 1 && start < step && count * step === size;
}

/** Beyond the first element, where an axis is sliced backwards: the least number of 32 bits. */
const TO_THE_FIRST = -(2 ** 31);

/** The gradient with as many zeros between its elements along an axis, in the order they came from. */
function spread(tape: Tape, gradient: string, shape: Shape, axis: number, { count, step }: Range): string {
  const turned =
    step > 0
      ? gradient
      : tape.op('Slice', [gradient, ...[-1, TO_THE_FIRST, axis, -1].map((number) => tape.ints([number]))]);
  const apart = Math.abs(step);
  if (apart === 1) return turned;
  const single = tape.op('Unsqueeze', [turned, tape.ints([axis + 1])]);
  const amounts = [...shape, 1].map(() => 0);
  const between = tape.op('Pad', [single, tape.ints([...amounts, ...amounts.with(axis + 1, apart - 1)])]);
  const sizes = shape.map((size, i) => (i < axis ? 0 : i === axis ? count * apart : Number(size)));
  return tape.op('Reshape', [between, tape.ints(sizes)]);
}

export const slice: Operator = {
  type: 'Slice',
  shapeInputs: [1, 2, 3, 4],
  shapes(node, [shape = []], known) {
    const ranges = rangesOf(node, shape, known);
    return [
      shape.map((size, axis): Dimension => {
        if (ranges && !ranges.has(axis)) return size;
        return ranges?.get(axis)?.count ?? `${node.name}_${axis}`;
      }),
    ];
  },
  sizes(node, [shape = []], known) {
    const all = known.sizes(input(node, 0));
    const ranges = shape.length <= 2 ? rangesOf(node, shape, known) : undefined;
    if (all === undefined || ranges === undefined) return undefined;
    const [rows, columns] = [0, 1].map((axis) => places(shape[axis] ?? 1, ranges, axis));
    const width = Number(shape[1] ?? 1);
    return rows && columns && rows.flatMap((row) => columns.map((column) => all[row * width + column] as Size));
  },
  ties(node, ties) {
    const [value, result] = [input(node, 0), output(node)];
    const shape = ties.shape(value);
    const ranges = rangesOf(node, shape, ties);
    const constant = [...(ranges?.values() ?? [])].every((range) => range !== undefined);
    shape.forEach((size, axis) => {
      const [from, to] = [
        { value, axis },
        { value: result, axis },
      ];
      const range = ranges?.get(axis);
      if (ranges && (!ranges.has(axis) || (range?.count === size && range.step === 1))) ties.tie(from, to);
      else if (range && range.step === 1 && constant) {
        ties.tie(to, from, range.start);
      } else if (range && range.step === -1 && constant) {
        ties.pick(
          from,
          Array.from({ length: range.count }, (_, i) => range.start - i),
          to,
        );
      } else if (range && constant && inBlocks(range, size)) {
        const { count, step } = range;
        for (let within = 0; within < step; within++)
          ties.pick(
            from,
            Array.from({ length: count }, (_, i) => i * step + within),
            to,
          );
      } else {
        const reason = range ? 'Slice takes it in steps' : 'what Slice takes of it only a run tells';
        for (const side of [from, to]) ties.freeze(side, reason);
      }
    });
  },
  resize(node, widths) {
    const [value, result] = [input(node, 0), output(node)];
    const ranges = rangesOf(node, widths.before(value), widths) ?? new Map<number, Range | undefined>();
    const bounds = [1, 2].map((index) => widths.sizes(input(node, index)) ?? []);
    const lists = bounds.map((list) => list.map(({ value }) => (typeof value === 'number' ? value : undefined)));
    const [starts = [], ends = []] = lists;
    let changed = bounds.some((list) => list.some((own) => isStale(own, widths)));
    for (const [axis, range] of ranges) {
      const kept = widths.kept(value, axis);
      if (range === undefined || kept === undefined) continue;
      changed = true;
      if (range.step > 1) {
        // Whole blocks go: the first is sliced as it was.
        starts[range.place] = range.start;
        ends[range.place] = Number(widths.after(value)[axis]);
        continue;
      }
      if (range.step < 0) {
        const start = kept.reduce((count, index) => count + (index <= range.start ? 1 : 0), -1);
        const end = start - Number(widths.after(result)[axis]);
        starts[range.place] = start;
        ends[range.place] = end < 0 ? TO_THE_FIRST : end;
        continue;
      }
      const before = kept.reduce((count, index) => count + (index < range.start ? 1 : 0), 0);
      starts[range.place] = before;
      ends[range.place] = before + Number(widths.after(result)[axis]);
    }
    if (!changed) return node;
    // Axes and steps stay as they are, and all four have one type.
    const types = node.inputs.slice(1).map((name) => widths.constant(name)?.type);
    const type = types.includes('int32') ? 'int32' : 'int64';
    const remade = [restated(node, 1, starts, widths, type), restated(node, 2, ends, widths, type)];
    return { ...node, inputs: [value, ...remade, ...node.inputs.slice(3)] };
  },
  differentiate(node, tape) {
    tape.keep(node);
    const x = input(node, 0);
    return ([gradient]) => {
      if (gradient === undefined || !tape.wants(x)) return [];
      const shape = tape.shape(x);
      const ranges = rangesOf(node, shape, tape);
      if (ranges === undefined || [...ranges.values()].includes(undefined)) {
        throw new NoGradientRule(node, 'the Slice whose bounds only a run tells');
      }
      const current = [...tape.shape(output(node))];
      const amounts = shape.map((): readonly number[] => [0, 0]);
      let made = gradient;
      for (const [axis, range] of ranges) {
        if (range === undefined) continue;
        made = spread(tape, made, current, axis, range);
        const [first, length] = [firstOf(range), range.count * Math.abs(range.step)];
        current[axis] = length;
        amounts[axis] = [first, Number(shape[axis]) - first - length];
      }
      return [tape.op('Pad', [made, tape.ints([0, 1].flatMap((side) => amounts.map((own) => own[side] ?? 0)))])];
    };
  },
  evaluate(node, [x, ...bounds], { tf, constant }) {
    const value = x as TfTensor;
    const sizes = (name: string) => {
      const index = node.inputs.indexOf(name);
      return wholeNumbers(name, bounds[index - 1], constant)?.map((size) => ({ value: size, from: [] }));
    };
    const ranges = rangesOf(node, value.shape, { sizes }) ?? new Map<number, Range>();
    let result = value;
    for (const [axis, range] of ranges) {
      if (range === undefined) throw new Error(`Slice "${node.name}" can't be worked out`);
      const indices = Array.from({ length: range.count }, (_, i) => range.start + i * range.step);
      result = tf.gather(result, tf.tensor1d(indices, 'int32'), axis);
    }
    return result;
  },
};
