// Finds a TensorFlow.js: nothing of it is read before the first call.
import { messageOf } from '../../errors';
import type { Runtime } from './runtime';

export interface TensorflowOptions {
  /** Threads within an operator of the native library; 0 is one for each core. */
  readonly threads?: number;
  /** Default: native where it is installed, else wasm. */
  readonly backend?: Runtime['backend'];
}

/** Why there is no native library here; undefined where there is one or nobody has looked yet. */
let nativeMissing: string | undefined;

export async function loadTensorflow({ threads = 0, backend }: TensorflowOptions = {}): Promise<Runtime> {
  const { loadNative, loadWasm } = await import('./runtime');
  if (backend === 'wasm' || (backend === undefined && nativeMissing !== undefined)) return loadWasm();
  try {
    return await loadNative(threads);
  } catch (error) {
    if (backend === 'native') throw error;
    nativeMissing = messageOf(error);
    return loadWasm();
  }
}
