// Which program a model's config is meant for: they compute a few things differently.

/** Keras 2 (and 1), Keras 3, or TensorFlow.js. */
export type Dialect = 'keras2' | 'keras3' | 'tfjs';

/** @param version the keras_version of a file, untrusted. */
export function dialectOf(version: unknown): Dialect {
  return typeof version === 'string' && /^[3-9]\./.test(version) ? 'keras3' : 'keras2';
}
