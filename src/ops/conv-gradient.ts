// How a gradient goes back through an ungrouped two-dimensional Conv. Two ways lead to the weight's; which is faster
// depends on the shapes (measured with onnxruntime 1.30 on LeNet-5: 1.9 ms against 5.9 ms for its second convolution).
import { fixed, type Node } from '../model/graph';
import { input, NoGradientRule, type Tape } from './operator';
import { type Window, windowOf } from './window';

/** Above this many bytes the unfolded input costs more memory than its speed is worth. */
const UNFOLDED_BYTES_LIMIT = 64 * 2 ** 20;

interface Sizes {
  readonly window: Window;
  readonly batch: number;
  /** Channels of the input and the output, and their spatial sizes. */
  readonly inputs: number;
  readonly outputs: number;
  readonly from: readonly [number, number];
  readonly to: readonly [number, number];
}

function sizesOf(node: Node, tape: Tape, gradient: string): Sizes {
  const [x, weight, y] = [
    tape.shape(input(node, 0)),
    tape.shape(input(node, 1)),
    tape.shape(node.outputs[0] ?? gradient),
  ];
  if (x.length !== 4) throw new NoGradientRule(node, `Conv on ${x.length - 2} spatial axes`);
  return {
    window: windowOf(node, weight.slice(2).map(Number)),
    batch: fixed(x, 0),
    inputs: fixed(x, 1),
    outputs: fixed(weight, 0),
    from: [fixed(x, 2), fixed(x, 3)],
    to: [fixed(y, 2), fixed(y, 3)],
  };
}

/** With respect to the input: the transposed convolution of the output's gradient. */
export function gradientOfInput(node: Node, tape: Tape, gradient: string): string {
  const { window, from, to } = sizesOf(node, tape, gradient);
  const { kernel, strides, dilations, before, after } = window;
  // What the forward window left unread at the far end must be added back.
  const rest = from.map((size, i) => {
    const read = ((to[i] ?? 1) - 1) * (strides[i] ?? 1) + (dilations[i] ?? 1) * ((kernel[i] ?? 1) - 1) + 1;
    return size + (before[i] ?? 0) + (after[i] ?? 0) - read;
  });
  const attributes = { kernel_shape: kernel, strides, dilations, pads: [...before, ...after], output_padding: rest };
  return tape.op('ConvTranspose', [gradient, input(node, 1)], attributes);
}

export function gradientOfWeight(node: Node, tape: Tape, gradient: string): string {
  const { batch, inputs, window, to } = sizesOf(node, tape, gradient);
  const unfolded = batch * inputs * area(window.kernel) * area(to) * 4;
  return unfolded <= UNFOLDED_BYTES_LIMIT ? byUnfolding(node, tape, gradient) : byConvolution(node, tape, gradient);
}

/**
 * Unfolds the input with the batch innermost (a Gather of whole rows, so a plain memory copy) to
 * [in × kernel, positions × batch] and multiplies once by the output's gradient.
 */
export function byUnfolding(node: Node, tape: Tape, gradient: string): string {
  const sizes = sizesOf(node, tape, gradient);
  const { batch, inputs, outputs, to, window } = sizes;
  const rows = tape.op(
    'Gather',
    [withZeroRow(tape, batchLast(tape, input(node, 0), sizes), sizes), tape.ints(taps(sizes))],
    {
      axis: 0,
    },
  );
  const unfolded = tape.op('Reshape', [rows, tape.ints([inputs * area(window.kernel), area(to) * batch])]);
  const columns = batchLastOf(tape, gradient, batch, outputs * area(to));
  const product = tape.op('Gemm', [tape.op('Reshape', [columns, tape.ints([outputs, area(to) * batch])]), unfolded], {
    transB: 1,
  });
  return tape.op('Reshape', [product, tape.ints([outputs, inputs, ...window.kernel])]);
}

/** [batch, …] as [elements of a sample, batch]. */
function batchLast(tape: Tape, value: string, { batch, inputs, from }: Sizes): string {
  return batchLastOf(tape, value, batch, inputs * area(from));
}

function batchLastOf(tape: Tape, value: string, batch: number, elements: number): string {
  return tape.op('Transpose', [tape.op('Reshape', [value, tape.ints([batch, elements])])], { perm: [1, 0] });
}

/** A row of zeros at the end, which the taps that fall on padding read. */
function withZeroRow(tape: Tape, rows: string, { batch, window }: Sizes): string {
  if (![...window.before, ...window.after].some((pad) => pad > 0)) return rows;
  const zeros = tape.op('Reshape', [tape.floats(new Array<number>(batch).fill(0)), tape.ints([1, batch])]);
  return tape.op('Concat', [rows, zeros], { axis: 0 });
}

/** For every [input channel, tap, position] the row of the unfolded input it reads. */
function taps({ inputs, from, to, window }: Sizes): number[] {
  const { kernel, strides, dilations, before } = window;
  const zeroRow = inputs * area(from);
  const result: number[] = [];
  const reads = (axis: 0 | 1, tap: number, position: number): number =>
    position * (strides[axis] ?? 1) + tap * (dilations[axis] ?? 1) - (before[axis] ?? 0);
  for (let channel = 0; channel < inputs; channel++) {
    for (let i = 0; i < (kernel[0] ?? 1); i++) {
      for (let j = 0; j < (kernel[1] ?? 1); j++) {
        for (let y = 0; y < to[0]; y++) {
          const row = reads(0, i, y);
          for (let x = 0; x < to[1]; x++) {
            const column = reads(1, j, x);
            const inside = row >= 0 && row < from[0] && column >= 0 && column < from[1];
            result.push(inside ? (channel * from[0] + row) * from[1] + column : zeroRow);
          }
        }
      }
    }
  }
  return result;
}

/** Convolves the input with the output's gradient as kernel, batch and channels swapped. */
export function byConvolution(node: Node, tape: Tape, gradient: string): string {
  const { kernel, strides, dilations, before, after } = sizesOf(node, tape, gradient).window;
  const swap = { perm: [1, 0, 2, 3] };
  const attributes = { strides: dilations, dilations: strides, pads: [...before, ...after] };
  const [x, y] = [tape.op('Transpose', [input(node, 0)], swap), tape.op('Transpose', [gradient], swap)];
  const correlated = tape.op('Conv', [x, y], attributes);
  // A stride that leaves a rest makes the result larger than the kernel: the rest read nothing.
  const cut = [tape.ints([0, 0]), tape.ints(kernel), tape.ints([2, 3])];
  return tape.op('Transpose', [tape.op('Slice', [correlated, ...cut])], swap);
}

function area(sizes: readonly number[]): number {
  return sizes.reduce((product, size) => product * size, 1);
}
