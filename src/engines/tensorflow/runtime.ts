// Starts TensorFlow.js: natively by tfjs-node, or on WebAssembly. A bundle of its own (dist/tensorflow.cjs) that is read
// when the engine is first used; the WebAssembly binary lies beside it.

export type TensorFlow = typeof import('@tensorflow/tfjs-core');

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

let native: Promise<Runtime> | undefined;
let wasm: Promise<Runtime> | undefined;

/**
 * Throws where the package or its native addon is missing.
 * @param threads 0 is one for each core; the first call of a process decides.
 */
export function loadNative(threads: number): Promise<Runtime> {
  native ??= import('./native').then(({ startNative }) => startNative(threads));
  return native;
}

export function loadWasm(): Promise<Runtime> {
  wasm ??= import('./wasm').then(({ startWasm }) => startWasm());
  return wasm;
}
