// Mean squared error: the mean of (output − target)² over everything in the batch.
import { elementCount } from '../../model/tensor';
import type { Loss } from './loss';

export const meanSquaredError: Loss = {
  name: 'mse',
  title: 'mean squared error',
  target: 'values',
  emit(tape, output, target) {
    const size = elementCount(tape.shape(output).map(Number));
    const difference = tape.op('Sub', [output, target]);
    const sum = tape.op('ReduceSum', [tape.op('Mul', [difference, difference])], { keepdims: 0 });
    return {
      value: tape.op('Mul', [sum, tape.float(1 / size)]),
      gradient: tape.op('Mul', [difference, tape.float(2 / size)]),
    };
  },
};
