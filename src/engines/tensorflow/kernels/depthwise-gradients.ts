// Gradients of a depthwise convolution: kernel [height, width, channels, multiplier], output channel c × multiplier + m.
import type { Tensor, Tensor4D } from '@tensorflow/tfjs-core';
import { windowInfo } from './conv2d-gradients';
import { inputOf, type Kernel } from './kernel';
import { spread } from './spread';

type Shape4D = [number, number, number, number];

/** Element by element of the kernel: what it read of x, times the gradient, summed over batch and positions. */
export const depthwiseBackpropFilter: Kernel = {
  name: 'DepthwiseConv2dNativeBackpropFilter',
  make: (tf) => (inputs, attributes) => {
    const [x, dy] = [inputOf<Tensor4D>(inputs, 'x'), inputOf<Tensor4D>(inputs, 'dy')];
    const [height, width, channels, multiplier] = attributes.filterShape as Shape4D;
    const filterShape: Shape4D = [height, width, channels, multiplier];
    const { top, bottom, left, right, strides } = windowInfo(tf, x.shape, filterShape, attributes, true);
    const padded = tf.pad(x, [
      [0, 0],
      [top, bottom],
      [left, right],
      [0, 0],
    ]);
    const [batch, rows, columns] = dy.shape;
    const positions = batch * rows * columns;
    const [down, across] = strides;
    const gradient = tf.reshape(dy, [positions, channels, multiplier]);
    const elements: Tensor[] = [];
    for (let i = 0; i < height; i++) {
      for (let j = 0; j < width; j++) {
        const end: Shape4D = [batch, i + (rows - 1) * down + 1, j + (columns - 1) * across + 1, channels];
        const read = tf.stridedSlice(padded, [0, i, j, 0], end, [1, down, across, 1]);
        elements.push(tf.tidy(() => tf.sum(tf.mul(tf.reshape(read, [positions, channels, 1]), gradient), 0)));
        read.dispose();
      }
    }
    return tf.reshape(tf.stack(elements), filterShape);
  },
};

/** The gradient, spread by the strides, under each kernel turned by half a circle, summed over the multiplier. */
export const depthwiseBackpropInput: Kernel = {
  name: 'DepthwiseConv2dNativeBackpropInput',
  make: (tf) => (inputs, attributes) => {
    const [dy, filter] = [inputOf<Tensor4D>(inputs, 'dy'), inputOf<Tensor4D>(inputs, 'filter')];
    const inputShape = attributes.inputShape as Shape4D;
    const [batch, height, width, channels] = inputShape;
    const [rows, columns, , multiplier] = filter.shape;
    const { top, left, strides } = windowInfo(tf, inputShape, filter.shape, attributes, true);
    const turned = tf.reverse(filter, [0, 1]);
    const gradients = tf.reshape(dy, [batch * (dy.shape[1] ?? 1) * (dy.shape[2] ?? 1), channels, multiplier]);
    const parts = Array.from({ length: multiplier }, (_, m) => {
      const column = tf.slice(gradients, [0, 0, m], [-1, -1, 1]);
      const own = tf.reshape(column, [batch, dy.shape[1], dy.shape[2], channels]) as Tensor4D;
      const around = spread(tf, own, {
        strides,
        before: [rows - 1 - top, columns - 1 - left],
        size: [height + rows - 1, width + columns - 1],
      });
      return tf.depthwiseConv2d(around, tf.slice(turned, [0, 0, 0, m], [-1, -1, -1, 1]) as Tensor4D, 1, 'valid');
    });
    return parts.length === 1 ? (parts[0] as Tensor4D) : tf.addN(parts);
  },
};
