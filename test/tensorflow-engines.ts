// Our TensorFlow engine on each of its backends. Loading the native one takes a second or two.
import type { Engine } from '../src/engines/engine';
import { tensorflow } from '../src/engines/tensorflow';
import { loadTensorflow } from '../src/engines/tensorflow/load';
import { messageOf } from '../src/errors';

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
