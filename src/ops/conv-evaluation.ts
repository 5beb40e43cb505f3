// Conv in TensorFlow.js: on one to three spatial axes, grouped, depthwise, dilated.
import type { Tensor4D, Tensor5D, Tensor as TfTensor } from '@tensorflow/tfjs-core';
import { dilate, onImages } from './images';
import type { Evaluation } from './operator';
import type { Window } from './window';

export function evaluateConv(
  run: Evaluation,
  x: TfTensor,
  weight: TfTensor,
  bias: TfTensor | undefined,
  window: Window,
  groups: number,
): TfTensor {
  const { tf } = run;
  return onImages(run, x, window, 0, (image, { kernel, strides, dilations }) => {
    const [filters = 1, perGroup = 1] = weight.shape;
    const spread = dilate(tf, tf.reshape(weight, [filters, perGroup, ...kernel]), dilations);
    const convolved = convolve(run, image, spread, strides, groups);
    return bias ? tf.add(convolved, bias) : convolved;
  });
}

/** @param weight [filters, channels of a group, ...kernel]. */
function convolve(
  { tf }: Evaluation,
  image: Tensor4D | Tensor5D,
  weight: TfTensor,
  strides: readonly number[],
  groups: number,
): TfTensor {
  const [filters = 1, perGroup = 1, ...kernel] = weight.shape;
  if (groups > 1 && perGroup === 1 && image.rank === 4 && strides[0] === strides[1]) {
    // Depthwise (natively with equal strides alone): TensorFlow has the channel first, then which of its filters.
    const depthwise = tf.transpose(tf.reshape(weight, [groups, filters / groups, ...kernel]), [2, 3, 0, 1]);
    return tf.depthwiseConv2d(image as Tensor4D, depthwise as Tensor4D, strides as [number, number], 'valid');
  }
  const last = tf.transpose(weight, [...kernel.map((_, i) => i + 2), 1, 0]);
  const images = groups === 1 ? [image] : tf.split(image, groups, image.rank - 1);
  const kernels = groups === 1 ? [last] : tf.split(last, groups, last.rank - 1);
  const results = images.map((part, i) =>
    image.rank === 4
      ? tf.conv2d(part as Tensor4D, kernels[i] as Tensor4D, strides as [number, number], 'valid')
      : tf.conv3d(part as Tensor5D, kernels[i] as Tensor5D, strides as [number, number, number], 'valid'),
  );
  return groups === 1 ? (results[0] as TfTensor) : tf.concat(results, image.rank - 1);
}
