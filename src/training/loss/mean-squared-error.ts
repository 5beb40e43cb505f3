// Mean squared error: the mean of (output − target)² over everything in the batch.
import type { Loss } from './loss';

export const meanSquaredError: Loss = {
  name: 'mse',
  title: 'mean squared error',
  target: 'values',
  emit(tape, output, target, answers) {
    const difference = tape.op('Sub', [output, target]);
    return {
      value: answers.mean(tape.op('Mul', [difference, difference])),
      gradient: answers.gradient(difference, 2),
    };
  },
};
