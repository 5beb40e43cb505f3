// An output's gradient as a convolution backwards reads it: zeros between the positions of a stride, and around them.
import type { Tensor4D } from '@tensorflow/tfjs-core';
import type { TensorFlow } from '../runtime';

export interface Spread {
  readonly strides: readonly [number, number];
  /** Zeros before the first row and column. */
  readonly before: readonly [number, number];
  /** Rows and columns in all. */
  readonly size: readonly [number, number];
}

/** [batch, height, width, channels] to [batch, ...size, channels]. */
export function spread(tf: TensorFlow, dy: Tensor4D, { strides, before, size }: Spread): Tensor4D {
  const [batch, rows, columns, channels] = dy.shape;
  const [down, across] = strides;
  const wide = tf.reshape(dy, [batch * rows * columns, 1, channels]);
  const spaced = tf.reshape(
    tf.pad(wide, [
      [0, 0],
      [0, across - 1],
      [0, 0],
    ]),
    [batch * rows, 1, columns * across * channels],
  );
  const grid = tf.reshape(
    tf.pad(spaced, [
      [0, 0],
      [0, down - 1],
      [0, 0],
    ]),
    [batch, rows * down, columns * across, channels],
  );
  const reach = [(rows - 1) * down + 1, (columns - 1) * across + 1] as const;
  const cropped = tf.slice(grid, [0, 0, 0, 0], [batch, ...reach, channels]) as Tensor4D;
  const rest = reach.map((length, i) => (size[i] ?? 0) - length - (before[i] ?? 0));
  return tf.pad(cropped, [
    [0, 0],
    [before[0], rest[0] ?? 0],
    [before[1], rest[1] ?? 0],
    [0, 0],
  ]) as Tensor4D;
}
