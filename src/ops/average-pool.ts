// AveragePool; the padding does not count unless count_include_pad says so.
// https://onnx.ai/onnx/operators/onnx__AveragePool.html
import type { Tensor4D, Tensor5D, Tensor as TfTensor } from '@tensorflow/tfjs-core';
import { fixed, type Node, type Shape } from '../model/graph';
import { elementCount } from '../model/tensor';
import { onImages } from './images';
import { input, numberAttribute, type Operator, output, type Tape, type Ties } from './operator';
import { stretch } from './stretch';
import { slide, tiePooling, tiles, type Window, windowAttributes, windowOf } from './window';

export const averagePool: Operator = {
  type: 'AveragePool',
  shapes: (node, [x = []]) => [
    [x[0] ?? 1, x[1] ?? 1, ...slide(node, x.slice(2), windowOf(node, undefined, x.slice(2)))],
  ],
  ties: (node, ties) => tiePooling(node, ties, (axis, window) => tieNeighbours(node, ties, axis, window)),
  differentiate(node, tape) {
    tape.keep(node);
    const x = input(node, 0);
    return ([gradient]) => {
      if (gradient === undefined || !tape.wants(x)) return [];
      const window = windowOf(node, undefined, tape.shape(x).slice(2));
      if (!tiles(window)) return [overlapping(node, tape, gradient, window)];
      const each = tape.op('Mul', [gradient, tape.float(1 / elementCount(window.kernel))]);
      return [stretch(tape, each, window.kernel, tape.shape(x))];
    };
  },
  evaluate(node, [x], run) {
    const { tf } = run;
    const value = x as TfTensor;
    const window = windowOf(node, undefined, value.shape.slice(2));
    return onImages(run, value, window, 0, (image, { kernel, strides }) => {
      const mean =
        image.rank === 4
          ? tf.avgPool(image as Tensor4D, kernel as [number, number], strides as [number, number], 'valid')
          : tf.avgPool3d(image as Tensor5D, kernel as [number, number, number], strides as [number, number, number], 0);
      const share = tf.tensor(shares(node, value.shape, window), [1, ...mean.shape.slice(1, -1), 1]);
      return tf.mul(mean, tf.mul(share, elementCount(window.kernel)));
    });
  },
};

/**
 * A mean over neighbours that leaves as many as there were but for the first and last ones: over channels, as PyTorch
 * writes its LocalResponseNorm. What is left after a cut has other neighbours.
 */
function tieNeighbours(node: Node, ties: Ties, axis: number, window: Window): boolean {
  const [value, result] = [input(node, 0), output(node)];
  const [kernel = 1, stride, dilation, before, after] = [
    window.kernel,
    window.strides,
    window.dilations,
    window.before,
    window.after,
  ].map((list) => list[axis - 2]);
  const size = ties.shape(value)[axis];
  if (stride !== 1 || dilation !== 1 || before !== 0 || after !== 0 || typeof size !== 'number') return false;
  const first = Math.floor((kernel - 1) / 2);
  ties.tie({ value: result, axis }, { value, axis }, first);
  const ends = 'AveragePool has no window around it';
  ties.freeze({ value, axis }, ends, 0, first);
  ties.freeze({ value, axis }, ends, size - (kernel - 1 - first));
  ties.approximate({ value, axis }, 'AveragePool takes neighbours on it together');
  return true;
}

/** Adds every window's share of the gradient to all it covered: a transposed convolution by ones, channel by channel. */
function overlapping(node: Node, tape: Tape, gradient: string, window: Window): string {
  const [from, to] = [tape.shape(input(node, 0)), tape.shape(output(node))];
  const channels = fixed(from, 1);
  const perWindow = tape.op('Reshape', [
    tape.floats(shares(node, from, window)),
    tape.ints([1, 1, ...to.slice(2).map(Number)]),
  ]);
  const ones = tape.op('Expand', [tape.float(1), tape.ints([channels, 1, ...window.kernel])]);
  const rest = window.kernel.map((kernel, i) => {
    const read = (fixed(to, i + 2) - 1) * (window.strides[i] ?? 1) + kernel;
    return fixed(from, i + 2) + (window.before[i] ?? 0) + (window.after[i] ?? 0) - read;
  });
  return tape.op('ConvTranspose', [tape.op('Mul', [gradient, perWindow]), ones], {
    ...windowAttributes(window),
    group: channels,
    output_padding: rest,
  });
}

/** For every output position, 1 / the number of elements its window averages. */
function shares(node: Node, from: Shape, window: Window): number[] {
  const withPadding = numberAttribute(node, 'count_include_pad', 0) !== 0;
  const to = slide(node, from.slice(2), window).map(Number);
  // What hangs over the padding counts for nothing.
  const stated = windowOf({ ...node, attributes: { ...node.attributes, ceil_mode: 0 } }, undefined, from.slice(2));
  const counts = to.map((size, i) =>
    Array.from({ length: size }, (_, position) => {
      const kernel = window.kernel[i] ?? 1;
      const start = position * (window.strides[i] ?? 1) - (window.before[i] ?? 0);
      if (withPadding) return Math.min(kernel, fixed(from, i + 2) + (stated.after[i] ?? 0) - start);
      return Math.min(start + kernel, fixed(from, i + 2)) - Math.max(start, 0);
    }),
  );
  const windows = counts.reduce((all, axis) => all.flatMap((before) => axis.map((size) => before * size)), [1]);
  return windows.map((size) => 1 / size);
}
