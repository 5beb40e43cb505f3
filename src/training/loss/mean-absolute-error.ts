// Mean absolute error: the mean of |output − target| over everything in the batch.
import { elementCount } from '../../model/tensor';
import type { Loss } from './loss';

export const meanAbsoluteError: Loss = {
  name: 'mae',
  title: 'mean absolute error',
  target: 'values',
  emit(tape, output, target) {
    const size = elementCount(tape.shape(output).map(Number));
    const difference = tape.op('Sub', [output, target]);
    const sum = tape.op('ReduceSum', [tape.op('Abs', [difference])], { keepdims: 0 });
    return {
      value: tape.op('Mul', [sum, tape.float(1 / size)]),
      gradient: tape.op('Mul', [tape.op('Sign', [difference]), tape.float(1 / size)]),
    };
  },
};
