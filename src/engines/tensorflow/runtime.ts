// Loads TensorFlow.js: natively by tfjs-node, or on WebAssembly. A bundle of its own (dist/tensorflow.cjs) that is read
// when the engine is first used; the WebAssembly binary lies beside it.
import { createRequire } from 'node:module';
import { cpus } from 'node:os';
import { join } from 'node:path';
import util from 'node:util';
import { setWasmPaths, version_wasm as wasmVersion } from '@tensorflow/tfjs-backend-wasm';
import * as core from '@tensorflow/tfjs-core';
import { registerKernels } from './kernels/index';

export type TensorFlow = typeof core;

export interface Runtime {
  readonly tf: TensorFlow;
  /** What TensorFlow.js knows the backend by. */
  readonly backendName: string;
  readonly backend: 'native' | 'wasm';
  /** Of the package that computes. */
  readonly version: string;
  /** Of the native library; absent on WebAssembly. */
  readonly library?: string;
  /** Threads within an operator. */
  readonly threads: number;
}

/**
 * TensorFlow's own C library through @tensorflow/tfjs-node. Throws where the package or its native addon is missing.
 * @param threads 0 is one for each core. The library reads it once: the first call of a process decides.
 */
export function loadNative(threads: number): Promise<Runtime> {
  native ??= startNative(threads);
  return native;
}

let native: Promise<Runtime> | undefined;

async function startNative(threads: number): Promise<Runtime> {
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '2';
  const count = threads === 0 ? cpus().length : threads;
  process.env.TF_NUM_INTRAOP_THREADS ??= String(count);
  process.env.OMP_NUM_THREADS ??= String(count);
  // Node 23 removed what the addon's JavaScript still calls.
  const legacy = util as unknown as Record<string, unknown>;
  legacy.isNullOrUndefined ??= (value: unknown) => value === null || value === undefined;
  legacy.isArray ??= Array.isArray;
  const tf = createRequire(__filename)('@tensorflow/tfjs-node') as TensorFlow & { version: Record<string, string> };
  tf.enableProdMode();
  const { binding } = tf.findBackend('tensorflow') as unknown as { binding: { TF_Version: string } };
  return {
    tf,
    backend: 'native',
    backendName: 'tensorflow',
    version: tf.version['tfjs-node'] ?? '',
    library: binding.TF_Version,
    threads: Number(process.env.TF_NUM_INTRAOP_THREADS),
  };
}

let wasm: Promise<Runtime> | undefined;

/** WebAssembly with SIMD, on one thread: its threads need a browser's workers. */
export function loadWasm(): Promise<Runtime> {
  wasm ??= (async (): Promise<Runtime> => {
    core.enableProdMode();
    setWasmPaths(join(__dirname, '/'));
    if (!(await core.setBackend('wasm'))) throw new Error('the WebAssembly backend of TensorFlow.js does not start');
    registerKernels(core);
    return { tf: core, backend: 'wasm', backendName: 'wasm', version: wasmVersion, threads: 1 };
  })();
  return wasm;
}
