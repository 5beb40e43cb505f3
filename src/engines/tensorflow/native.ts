// TensorFlow's own C library, through @tensorflow/tfjs-node.
import { createRequire } from 'node:module';
import { cpus } from 'node:os';
import util from 'node:util';
import type { Runtime, TensorFlow } from './runtime';

export async function startNative(threads: number): Promise<Runtime> {
  // The library reads its environment when it is loaded.
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
