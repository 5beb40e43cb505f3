// Mean absolute error: the mean of |output − target| over everything in the batch.
import type { Loss } from './loss';

export const meanAbsoluteError: Loss = {
  name: 'mae',
  title: 'mean absolute error',
  target: 'values',
  emit(tape, output, target, answers) {
    const difference = tape.op('Sub', [output, target]);
    return {
      value: answers.mean(tape.op('Abs', [difference])),
      gradient: answers.gradient(tape.op('Sign', [difference])),
    };
  },
};
