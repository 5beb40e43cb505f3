// How a gradient goes back through a convolution to its weight. Three ways lead there; which is fastest depends on the
// shapes (onnxruntime 1.30: LeNet-5's second convolution 1.9 ms by unfolding, 5.9 by a convolution; 16 channels to 16 on 64 × 64
// pictures 88 ms by unfolding, 64 by unfolding both).
import { fixed, type Shape } from '../model/graph';
import { area, type Convolution, spatial } from './convolution';
import type { Tape } from './operator';
import type { Window } from './window';

/** The input is unfolded in parts of the batch of at most so many bytes. */
const UNFOLDED_BYTES_LIMIT = 64 * 2 ** 20;
/** An element that is unfolded on both sides costs so much more: 16 to 32 channels take as long either way at 3 × 3. */
const BOTH_COST = 1.25;
/** Rows of the unfolded input are copied by the part's samples: shorter ones cost more than they move. */
const LEAST_PART = 8;

/** With respect to the weight. */
export function gradientOfWeight(tape: Tape, convolution: Convolution, x: string, gradient: string): string {
  const { window, groups, from, to } = convolution;
  if (window.kernel.length !== 2) return byConvolution(tape, convolution, x, gradient);
  const [rows = 1, columns = 1] = window.kernel;
  const ofInput = fixed(from, 1) * rows * columns * area(spatial(to));
  const ofBoth = (fixed(from, 1) * columns + fixed(to, 1) * rows) * fixed(from, 2) * fixed(to, 3);
  const both =
    groups === 1 && sharesTaps(convolution) && BOTH_COST * ofBoth < ofInput + fixed(to, 1) * area(spatial(to));
  const parts = partsOf(fixed(from, 0), Math.floor(UNFOLDED_BYTES_LIMIT / (4 * (both ? ofBoth : ofInput))));
  if (parts === undefined) return byConvolution(tape, convolution, x, gradient);
  return (both ? byUnfoldingBoth : byUnfolding)(tape, convolution, x, gradient, parts);
}

/** Equal parts of a batch but for a rest, of at most so many samples; undefined where they would be too small. */
function partsOf(batch: number, most: number): number[] | undefined {
  if (most < Math.min(batch, LEAST_PART)) return undefined;
  const size = Math.ceil(batch / Math.ceil(batch / most));
  return Array.from({ length: Math.ceil(batch / size) }, (_, i) => Math.min(size, batch - i * size));
}

/**
 * For two spatial axes: unfolds x with the batch innermost (a Gather of whole rows, so a plain memory copy) to
 * [in × kernel, positions × batch] and multiplies once by y's gradient, or once for each group. A convolution in groups
 * would unfold element by element, which takes a depthwise one twice as long.
 * @param parts how many samples of the batch are unfolded at a time.
 */
export function byUnfolding(
  tape: Tape,
  convolution: Convolution,
  x: string,
  gradient: string,
  parts: readonly number[],
): string {
  const { window, groups, from, to } = convolution;
  const [inputs, outputs] = [fixed(from, 1) / groups, fixed(to, 1) / groups];
  const indices = tape.ints(taps(convolution));
  const sum = sumOverParts(
    tape,
    x,
    gradient,
    parts,
    (batch, image, part) => {
      const positions = area(spatial(to)) * batch;
      const source = withZeroRow(tape, batchLast(tape, image, batch, from), batch, isPadded(window));
      const rows = tape.op('Gather', [source, indices], { axis: 0 });
      const group = groups === 1 ? [] : [groups];
      return [
        tape.op('Reshape', [batchLast(tape, part, batch, to), tape.ints([...group, outputs, positions])]),
        tape.op('Reshape', [rows, tape.ints([...group, inputs * area(window.kernel), positions])]),
      ];
    },
    groups === 1 ? timesTransposed : timesTransposedByGroup,
  );
  return tape.op('Reshape', [sum, tape.ints([groups * outputs, inputs, ...window.kernel])]);
}

/** Whether `byUnfoldingBoth` is for it: in steps of one row, every row of x meets each row of a kernel once. */
export function sharesTaps({ window }: Convolution): boolean {
  return window.strides[0] === 1;
}

/**
 * The same with less to copy: x is unfolded along columns alone, to [in × kernel columns, rows of x × columns of y ×
 * batch], y's gradient along rows, to [out × kernel rows, the same], and their product has every tap of every pair of
 * channels. Where both have about as many channels that is two thirds of what unfolding x copies at a 3 × 3 kernel.
 */
export function byUnfoldingBoth(
  tape: Tape,
  convolution: Convolution,
  x: string,
  gradient: string,
  parts: readonly number[],
): string {
  const { window, from, to } = convolution;
  const [inputs, outputs, height, width] = [fixed(from, 1), fixed(to, 1), fixed(from, 2), fixed(to, 3)];
  const [rows = 1, columns = 1] = window.kernel;
  const [along, down] = [tape.ints(columnTaps(convolution)), tape.ints(rowTaps(convolution))];
  const sum = sumOverParts(tape, x, gradient, parts, (batch, image, part) => {
    const positions = height * width * batch;
    const source = withZeroRow(tape, batchLast(tape, image, batch, from), batch, isPadded(window));
    const turned = batchLast(tape, part, batch, to);
    const lines = tape.op('Reshape', [turned, tape.ints([outputs * fixed(to, 2), width * batch])]);
    const shifted = tape.op('Gather', [withZeroRow(tape, lines, width * batch, true), down], { axis: 0 });
    const spread = tape.op('Gather', [source, along], { axis: 0 });
    return [
      tape.op('Reshape', [shifted, tape.ints([outputs * rows, positions])]),
      tape.op('Reshape', [spread, tape.ints([inputs * columns, positions])]),
    ];
  });
  const taps = tape.op('Reshape', [sum, tape.ints([outputs, rows, inputs, columns])]);
  return tape.op('Transpose', [taps], { perm: [0, 2, 1, 3] });
}

/** For every [input channel, column of the kernel, row of x, column of y] the element of x that it reads. */
function columnTaps({ from, to, window }: Convolution): number[] {
  const [inputs, height, width] = [fixed(from, 1), fixed(from, 2), fixed(from, 3)];
  const [stride = 1, dilation = 1, before = 0] = [window.strides[1], window.dilations[1], window.before[1]];
  const result: number[] = [];
  for (let channel = 0; channel < inputs; channel++) {
    for (let tap = 0; tap < (window.kernel[1] ?? 1); tap++) {
      for (let row = 0; row < height; row++) {
        for (let position = 0; position < fixed(to, 3); position++) {
          const column = position * stride + tap * dilation - before;
          const inside = column >= 0 && column < width;
          result.push(inside ? (channel * height + row) * width + column : inputs * height * width);
        }
      }
    }
  }
  return result;
}

/** For every [output channel, row of the kernel, row of x] the row of y's gradient that reads it there. */
function rowTaps({ from, to, window }: Convolution): number[] {
  const [outputs, height] = [fixed(to, 1), fixed(to, 2)];
  const [dilation = 1, before = 0] = [window.dilations[0], window.before[0]];
  const result: number[] = [];
  for (let channel = 0; channel < outputs; channel++) {
    for (let tap = 0; tap < (window.kernel[0] ?? 1); tap++) {
      for (let read = 0; read < fixed(from, 2); read++) {
        const row = read - tap * dilation + before;
        result.push(row >= 0 && row < height ? channel * height + row : outputs * height);
      }
    }
  }
  return result;
}

/** Left × rightᵀ, summed over the parts of the batch. */
function sumOverParts(
  tape: Tape,
  x: string,
  gradient: string,
  parts: readonly number[],
  factors: (batch: number, x: string, gradient: string) => [left: string, right: string],
  product = timesTransposed,
): string {
  const [images, gradients] = [inParts(tape, x, parts), inParts(tape, gradient, parts)];
  let sum: string | undefined;
  for (const [i, batch] of parts.entries()) {
    sum = product(tape, ...factors(batch, images[i] as string, gradients[i] as string), sum);
  }
  return sum as string;
}

function timesTransposed(tape: Tape, left: string, right: string, sum: string | undefined): string {
  return tape.op('Gemm', sum === undefined ? [left, right] : [left, right, sum], { transB: 1 });
}

/** The same of [groups, rows, columns]. */
function timesTransposedByGroup(tape: Tape, left: string, right: string, sum: string | undefined): string {
  const product = tape.op('MatMul', [left, tape.op('Transpose', [right], { perm: [0, 2, 1] })]);
  return sum === undefined ? product : tape.op('Add', [product, sum]);
}

function inParts(tape: Tape, value: string, parts: readonly number[]): string[] {
  let start = 0;
  return parts.map((size) => {
    if (parts.length === 1) return value;
    const [from, end] = [start, start + size];
    start = end;
    return tape.op('Slice', [value, tape.ints([from]), tape.ints([end]), tape.ints([0])]);
  });
}

/** [batch, …] as [elements of a sample, batch]. */
function batchLast(tape: Tape, value: string, batch: number, [, ...sample]: Shape): string {
  const elements = area(sample.map(Number));
  return tape.op('Transpose', [tape.op('Reshape', [value, tape.ints([batch, elements])])], { perm: [1, 0] });
}

/** A row of zeros at the end, which the taps that fall beside what there is read. */
function withZeroRow(tape: Tape, rows: string, width: number, wanted: boolean): string {
  if (!wanted) return rows;
  const zeros = tape.op('Reshape', [tape.floats(new Array<number>(width).fill(0)), tape.ints([1, width])]);
  return tape.op('Concat', [rows, zeros], { axis: 0 });
}

function isPadded(window: Window): boolean {
  return [...window.before, ...window.after].some((pad) => pad > 0);
}

/** For every [input channel, tap, position] the row of the unfolded input it reads. */
function taps({ from, to, window }: Convolution): number[] {
  const { kernel, strides, dilations, before } = window;
  const [inputs, rows, columns] = [fixed(from, 1), fixed(from, 2), fixed(from, 3)];
  const zeroRow = inputs * rows * columns;
  const result: number[] = [];
  const reads = (axis: 0 | 1, tap: number, position: number): number =>
    position * (strides[axis] ?? 1) + tap * (dilations[axis] ?? 1) - (before[axis] ?? 0);
  for (let channel = 0; channel < inputs; channel++) {
    for (let i = 0; i < (kernel[0] ?? 1); i++) {
      for (let j = 0; j < (kernel[1] ?? 1); j++) {
        for (let y = 0; y < fixed(to, 2); y++) {
          const row = reads(0, i, y);
          for (let x = 0; x < fixed(to, 3); x++) {
            const column = reads(1, j, x);
            const inside = row >= 0 && row < rows && column >= 0 && column < columns;
            result.push(inside ? (channel * rows + row) * columns + column : zeroRow);
          }
        }
      }
    }
  }
  return result;
}

/**
 * Convolves x with y's gradient as kernel, batch and channels swapped. With groups, the batch of each group stands where
 * the channels of a group do, so that one grouped convolution does them all.
 */
export function byConvolution(tape: Tape, convolution: Convolution, x: string, gradient: string): string {
  const { window, groups, from } = convolution;
  const { kernel, strides, dilations, before, after } = window;
  const [batch, inputs] = [fixed(from, 0), fixed(from, 1)];
  const rank = from.length;
  const swap = { perm: [1, 0, ...axesFrom(2, rank)] };
  const swapped = groups === 1 ? tape.op('Transpose', [x], swap) : grouped();
  const attributes = { strides: dilations, dilations: strides, pads: [...before, ...after], group: groups };
  const correlated = tape.op('Conv', [swapped, tape.op('Transpose', [gradient], swap)], attributes);
  // A stride that leaves a rest makes the result larger than the kernel: the rest read nothing.
  const ends = [tape.ints(kernel.map(() => 0)), tape.ints(kernel), tape.ints(axesFrom(2, rank))];
  return tape.op('Transpose', [tape.op('Slice', [correlated, ...ends])], swap);

  /** [batch, groups × own, …] as [own, groups × batch, …]. */
  function grouped(): string {
    const own = inputs / groups;
    const apart = tape.op('Reshape', [x, tape.ints([batch, groups, own, ...spatial(from)])]);
    const turned = tape.op('Transpose', [apart], { perm: [2, 1, 0, ...axesFrom(3, rank + 1)] });
    return tape.op('Reshape', [turned, tape.ints([own, groups * batch, ...spatial(from)])]);
  }
}

function axesFrom(start: number, rank: number): number[] {
  return Array.from({ length: rank - start }, (_, i) => start + i);
}
