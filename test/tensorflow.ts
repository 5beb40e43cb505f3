// TensorFlow.js on its plain JavaScript backend: what our own operators, gradients and files are checked against.
import * as tf from '@tensorflow/tfjs';
import { float32, type Tensor } from '../src/model/tensor';

// Otherwise it advertises tfjs-node at the first tensor.
tf.enableProdMode();
await tf.setBackend('cpu');

export { tf };

export function toTf({ shape, data }: Tensor): tf.Tensor {
  return tf.tensor(data as Float32Array, [...shape], 'float32');
}

export function fromTf(tensor: tf.Tensor): Tensor {
  return float32(tensor.shape, Float32Array.from(tensor.dataSync()));
}
