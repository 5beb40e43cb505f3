// Gradients of a convolution, by convolutions.
import type { Tensor4D } from '@tensorflow/tfjs-core';
import type { TensorFlow } from '../runtime';
import { type Attributes, inputOf, type Kernel } from './kernel';
import { spread } from './spread';

type Shape4D = [number, number, number, number];

/** The window of a convolution, from the attributes of its kernel; images are channels last. */
export function windowInfo(
  tf: TensorFlow,
  inputShape: readonly number[],
  filterShape: readonly number[],
  { strides, pad }: Attributes,
  depthwise = false,
) {
  const { padInfo, strideHeight, strideWidth } = tf.backend_util.computeConv2DInfo(
    inputShape as Shape4D,
    filterShape as Shape4D,
    strides as number,
    1,
    pad as 'valid',
    undefined,
    depthwise,
  );
  return { ...padInfo, strides: [strideHeight, strideWidth] as [number, number] };
}

/** dW[i, j] = Σ x · dy over batch and positions: x as one image a channel, dy as a kernel over the whole of it. */
export const conv2dBackpropFilter: Kernel = {
  name: 'Conv2DBackpropFilter',
  make: (tf) => (inputs, attributes) => {
    const [x, dy] = [inputOf<Tensor4D>(inputs, 'x'), inputOf<Tensor4D>(inputs, 'dy')];
    const [height, width, channels, filters] = attributes.filterShape as Shape4D;
    const { top, bottom, left, right, strides } = windowInfo(
      tf,
      x.shape,
      [height, width, channels, filters],
      attributes,
    );
    const padded = tf.pad(x, [
      [0, 0],
      [top, bottom],
      [left, right],
      [0, 0],
    ]);
    const images = tf.transpose(padded, [3, 1, 2, 0]);
    const windows = tf.transpose(dy, [1, 2, 0, 3]);
    const found = tf.conv2d(images, windows, 1, 'valid', 'NHWC', strides);
    return tf.transpose(tf.slice(found, [0, 0, 0, 0], [channels, height, width, filters]), [1, 2, 0, 3]);
  },
};

/** dx = the gradient, spread by the strides, under the kernel turned by half a circle. */
export const conv2dBackpropInput: Kernel = {
  name: 'Conv2DBackpropInput',
  make: (tf) => (inputs, attributes) => {
    const [dy, filter] = [inputOf<Tensor4D>(inputs, 'dy'), inputOf<Tensor4D>(inputs, 'filter')];
    const [, height, width] = attributes.inputShape as Shape4D;
    const [rows, columns] = filter.shape;
    const { top, left, strides } = windowInfo(tf, attributes.inputShape as Shape4D, filter.shape, attributes);
    const around = spread(tf, dy, {
      strides,
      before: [rows - 1 - top, columns - 1 - left],
      size: [height + rows - 1, width + columns - 1],
    });
    return tf.conv2d(around, tf.transpose(tf.reverse(filter, [0, 1]), [0, 1, 3, 2]), 1, 'valid');
  },
};
