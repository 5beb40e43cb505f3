// Which of TensorFlow.js' backends is the current one.
import type { Runtime } from './runtime';

/**
 * Computes on a runtime. All of a process's TensorFlow.js share one current backend, also with what has nothing to do
 * with us; it is put back afterwards. A backend that has started is current at once.
 */
export function withBackend<T>({ tf, backendName }: Runtime, compute: () => T): T {
  const before = tf.getBackend();
  if (before === backendName) return tf.tidy(compute as () => never);
  void tf.setBackend(backendName);
  try {
    return tf.tidy(compute as () => never);
  } finally {
    void tf.setBackend(before);
  }
}
