// TensorFlow's own C library, through @tensorflow/tfjs-node.
import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { cpus } from 'node:os';
import { dirname, join } from 'node:path';
import util from 'node:util';
import { registerDiscreteGradients } from './discrete-gradients';
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
  const require = createRequire(__filename);
  checkAddon(dirname(require.resolve('@tensorflow/tfjs-node/package.json')));
  const tf = require('@tensorflow/tfjs-node') as TensorFlow & { version: Record<string, string> };
  tf.enableProdMode();
  registerDiscreteGradients(tf);
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

/** Before the package is read: half of it would be loaded when it finds out itself. */
function checkAddon(folder: string): void {
  const built = join(folder, 'lib');
  const found =
    existsSync(built) && readdirSync(built).some((name) => existsSync(join(built, name, 'tfjs_binding.node')));
  if (!found) throw new Error('@tensorflow/tfjs-node is here without its native addon');
}
