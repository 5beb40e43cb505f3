// TensorFlow.js: on its plain JavaScript backend, what our own operators, gradients and files are checked against; and
// our engine on each of its backends.
import * as tf from '@tensorflow/tfjs';
import type { Engine } from '../src/engines/engine';
import { tensorflow } from '../src/engines/tensorflow';
import { loadTensorflow } from '../src/engines/tensorflow/load';
import { messageOf } from '../src/errors';
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

export interface TensorflowEngine {
  readonly name: string;
  readonly engine: Engine;
  /** Why it can't run here: what a test skips with. */
  readonly skip: string | false;
}

const native = await loadTensorflow({ backend: 'native', threads: 1 }).then(
  () => false as const,
  (error: unknown) => `tfjs-node is not built here (node scripts/tfjs-node.mjs builds it): ${messageOf(error)}`,
);

export const wasm = tensorflow({ backend: 'wasm' });

export const TENSORFLOW_ENGINES: readonly TensorflowEngine[] = [
  { name: 'TensorFlow.js on WebAssembly', engine: wasm, skip: false },
  { name: 'TensorFlow natively', engine: tensorflow({ backend: 'native', threads: 1 }), skip: native },
];
