// Binary cross-entropy of logits, each a yes or no by itself: −ln of the probability of the right answer.
import type { Loss } from './loss';

export const binaryCrossEntropy: Loss = {
  name: 'binary-cross-entropy',
  title: 'binary cross-entropy',
  target: 'values',
  absorbs: 'Sigmoid',
  emit(tape, logits, target, answers) {
    // −t·ln σ(z) − (1 − t)·ln(1 − σ(z)) = softplus(z) − t·z, which overflows nowhere.
    const losses = tape.op('Sub', [tape.op('Softplus', [logits]), tape.op('Mul', [target, logits])]);
    const difference = tape.op('Sub', [tape.op('Sigmoid', [logits]), target]);
    const zero = tape.float(0);
    const said = tape.op('Greater', [logits, zero]);
    const hits = tape.op('Equal', [said, tape.op('Greater', [target, tape.float(0.5)])]);
    return { value: answers.mean(losses), gradient: answers.gradient(difference), correct: answers.right(hits) };
  },
  /** The Kullback–Leibler divergence: zero where both say the same. */
  distil(tape, logits, teacher, temperature, answers) {
    const softened = (value: string): string => tape.op('Mul', [value, tape.float(1 / temperature)]);
    const own = softened(logits);
    const taught = softened(teacher);
    const target = tape.op('Sigmoid', [taught]);
    const entropy = (value: string): string =>
      tape.op('Sub', [tape.op('Softplus', [value]), tape.op('Mul', [target, value])]);
    const losses = tape.op('Sub', [entropy(own), entropy(taught)]);
    const difference = tape.op('Sub', [tape.op('Sigmoid', [own]), target]);
    return {
      value: answers.mean(losses, temperature ** 2),
      gradient: answers.gradient(difference, temperature),
    };
  },
};
