// Tensors of ours as TensorFlow.js holds them, and back.
import type { Tensor as TfTensor } from '@tensorflow/tfjs-core';
import type { ElementType, Tensor } from '../../model/tensor';
import type { TensorFlow } from './runtime';

/** TensorFlow.js has 32-bit integers alone; what lies beyond (a Slice "to the end") becomes the largest there is. */
const MAX_INT32 = 2 ** 31 - 1;

export function toTf(tf: TensorFlow, { type, shape, data }: Tensor): TfTensor {
  const size = [...shape];
  switch (type) {
    case 'float32':
      return tf.tensor(data as Float32Array, size, 'float32');
    case 'int32':
      return tf.tensor(data as Int32Array, size, 'int32');
    case 'bool':
      return tf.tensor(data as Uint8Array, size, 'bool');
    case 'int64':
    case 'uint8':
    case 'uint16':
      return tf.tensor(Int32Array.from(data as ArrayLike<number | bigint>, bounded), size, 'int32');
    default:
      throw new Error(`TensorFlow.js has no type ${type}`);
  }
}

function bounded(value: number | bigint): number {
  return Math.max(-MAX_INT32 - 1, Math.min(MAX_INT32, Number(value)));
}

/**
 * @param type wanted, where TensorFlow.js' own does not say: an int64 is held as int32.
 * @param target to write into.
 */
export function fromTf(tensor: TfTensor, type: ElementType, target?: Tensor): Tensor {
  const data = tensor.dataSync();
  if (target !== undefined) {
    (target.data as Float32Array).set(data as Float32Array);
    return target;
  }
  switch (type) {
    case 'int64':
      return { type, shape: tensor.shape, data: BigInt64Array.from(data as Int32Array, BigInt) };
    case 'float32':
      // The plain JavaScript backend gives out the very array that it holds.
      return { type, shape: tensor.shape, data: Float32Array.from(data) };
    case 'int32':
      return { type, shape: tensor.shape, data: Int32Array.from(data) };
    case 'bool':
      return { type, shape: tensor.shape, data: Uint8Array.from(data) };
    default:
      throw new Error(`an output of type ${type}`);
  }
}
