// Huber loss (1964): squared where output and target are less than 1 apart, linear beyond, so that outliers pull less.
import type { Loss } from './loss';

export const huber: Loss = {
  name: 'huber',
  title: 'Huber loss',
  target: 'values',
  emit(tape, output, target, answers) {
    const difference = tape.op('Sub', [output, target]);
    // With c = d clipped to ±1, c·(d − c/2) is d²/2 within and |d| − ½ beyond; its derivative is c.
    const clipped = tape.op('Clip', [difference, tape.float(-1), tape.float(1)]);
    const rest = tape.op('Sub', [difference, tape.op('Mul', [clipped, tape.float(0.5)])]);
    return { value: answers.mean(tape.op('Mul', [clipped, rest])), gradient: answers.gradient(clipped) };
  },
};
