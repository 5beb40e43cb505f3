// TensorFlow.js on WebAssembly with SIMD, on one thread: its threads need a browser's workers.
import { join } from 'node:path';
import { setWasmPaths, version_wasm as version } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
// The core alone knows no gradients, and some of them use the methods of tensors.
import '@tensorflow/tfjs-core/dist/public/chained_ops/register_all_chained_ops';
import '@tensorflow/tfjs-core/dist/register_all_gradients';
import { registerDiscreteGradients } from './discrete-gradients';
import { registerKernels } from './kernels/index';
import type { Runtime } from './runtime';

export async function startWasm(): Promise<Runtime> {
  tf.enableProdMode();
  setWasmPaths(join(__dirname, '/'));
  const before = tf.getBackend();
  if (!(await tf.setBackend('wasm'))) throw new Error('the WebAssembly backend of TensorFlow.js does not start');
  registerKernels(tf);
  registerDiscreteGradients(tf);
  if (before) await tf.setBackend(before);
  return { tf, backend: 'wasm', backendName: 'wasm', version, threads: 1 };
}
