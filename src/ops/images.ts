// Sliding windows in TensorFlow.js, which wants images channels last and pads by none or "same" alone.
import type { Tensor4D, Tensor5D, Tensor as TfTensor } from '@tensorflow/tfjs-core';
import type { Evaluation } from './operator';
import type { Window } from './window';

type TensorFlow = Evaluation['tf'];

/**
 * Slides over [batch, channels, ...spatial], on one to three spatial axes.
 * @param padding value around the image.
 * @param slide computes on [batch, ...spatial, channels] with the padding in it, on two or three spatial axes.
 */
export function onImages(
  { tf }: Evaluation,
  x: TfTensor,
  window: Window,
  padding: number,
  slide: (image: Tensor4D | Tensor5D, window: Window) => TfTensor,
): TfTensor {
  const line = window.kernel.length === 1;
  const wide = line ? withRow(window) : window;
  const image = channelsLast(tf, line ? tf.expandDims(x, 2) : x);
  const sides = wide.before.map((before, i): [number, number] => [before, wide.after[i] ?? 0]);
  const plain = sides.every(([before, after]) => before === 0 && after === 0);
  const padded = plain ? image : tf.pad(image, [[0, 0], ...sides, [0, 0]], padding);
  const result = channelsFirst(tf, slide(padded as Tensor4D | Tensor5D, wide));
  return line ? tf.squeeze(result, [2]) : result;
}

/** A window on one spatial axis as one on two, the first of size 1. */
function withRow({ kernel, strides, dilations, before, after }: Window): Window {
  return {
    kernel: [1, ...kernel],
    strides: [1, ...strides],
    dilations: [1, ...dilations],
    before: [0, ...before],
    after: [0, ...after],
  };
}

function channelsLast(tf: TensorFlow, x: TfTensor): TfTensor {
  const spatial = Array.from({ length: x.rank - 2 }, (_, i) => i + 2);
  return tf.transpose(x, [0, ...spatial, 1]);
}

function channelsFirst(tf: TensorFlow, x: TfTensor): TfTensor {
  const spatial = Array.from({ length: x.rank - 2 }, (_, i) => i + 1);
  return tf.transpose(x, [0, x.rank - 1, ...spatial]);
}

/** Zeros between the elements of a kernel [a, b, ...spatial]: TensorFlow.js has no gradient of a dilated convolution. */
export function dilate(tf: TensorFlow, kernel: TfTensor, dilations: readonly number[]): TfTensor {
  let result = kernel;
  dilations.forEach((dilation, i) => {
    if (dilation === 1) return;
    const axis = i + 2;
    const [size = 1, shape] = [result.shape[axis], result.shape];
    const inner = shape.slice(axis + 1).reduce((product, length) => product * length, 1);
    const cells = tf.pad(tf.reshape(result, [-1, 1, inner]), [
      [0, 0],
      [0, dilation - 1],
      [0, 0],
    ]);
    const spread = tf.reshape(cells, shape.with(axis, size * dilation));
    const begin = shape.map(() => 0);
    result = tf.slice(spread, begin, shape.with(axis, (size - 1) * dilation + 1));
  });
  return result;
}
