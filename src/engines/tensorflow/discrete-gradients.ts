// TensorFlow.js refuses to differentiate what reads a comparison's result, since most comparisons have no gradient there.
// Theirs is zero: a mask is taken as it is.
import type { Tensor } from '@tensorflow/tfjs-core';
import type { TensorFlow } from './runtime';

/** By kernel, the inputs that it compares. */
const DISCRETE: Readonly<Record<string, readonly string[]>> = {
  Equal: ['a', 'b'],
  Greater: ['a', 'b'],
  Less: ['a', 'b'],
  LessEqual: ['a', 'b'],
  LogicalAnd: ['a', 'b'],
  LogicalNot: ['x'],
  LogicalOr: ['a', 'b'],
  NotEqual: ['a', 'b'],
};

export function registerDiscreteGradients(tf: TensorFlow): void {
  for (const [kernelName, inputs] of Object.entries(DISCRETE)) {
    if (tf.getGradient(kernelName) !== undefined) continue;
    tf.registerGradient({
      kernelName,
      inputsToSave: [...inputs],
      gradFunc: (_, saved) =>
        Object.fromEntries(inputs.map((name, i) => [name, () => tf.zerosLike(tf.cast(saved[i] as Tensor, 'float32'))])),
    });
  }
}
