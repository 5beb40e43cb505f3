// Binary cross-entropy of logits, each a yes or no by itself: −ln of the probability of the right answer.
import { elementCount } from '../../model/tensor';
import type { Loss } from './loss';

export const binaryCrossEntropy: Loss = {
  name: 'binary-cross-entropy',
  title: 'binary cross-entropy',
  target: 'values',
  absorbs: 'Sigmoid',
  emit(tape, logits, target) {
    const shape = tape.shape(logits).map(Number);
    const [batch = 1] = shape;
    const size = elementCount(shape);
    // −t·ln σ(z) − (1 − t)·ln(1 − σ(z)) = softplus(z) − t·z, which overflows nowhere.
    const losses = tape.op('Sub', [tape.op('Softplus', [logits]), tape.op('Mul', [target, logits])]);
    const difference = tape.op('Sub', [tape.op('Sigmoid', [logits]), target]);
    const zero = tape.float(0);
    const said = tape.op('Greater', [logits, zero]);
    const hits = tape.op('Equal', [said, tape.op('Greater', [target, tape.float(0.5)])]);
    const right = tape.op('ReduceSum', [tape.op('Cast', [hits], { to: 1 })], { keepdims: 0 });
    return {
      value: tape.op('Mul', [tape.op('ReduceSum', [losses], { keepdims: 0 }), tape.float(1 / size)]),
      gradient: tape.op('Mul', [difference, tape.float(1 / size)]),
      correct: tape.op('Mul', [right, tape.float(batch / size)]),
    };
  },
  /** The Kullback–Leibler divergence: zero where both say the same. */
  distil(tape, logits, teacher, temperature) {
    const size = elementCount(tape.shape(logits).map(Number));
    const softened = (value: string): string => tape.op('Mul', [value, tape.float(1 / temperature)]);
    const own = softened(logits);
    const taught = softened(teacher);
    const target = tape.op('Sigmoid', [taught]);
    const entropy = (value: string): string =>
      tape.op('Sub', [tape.op('Softplus', [value]), tape.op('Mul', [target, value])]);
    const losses = tape.op('Sub', [entropy(own), entropy(taught)]);
    const difference = tape.op('Sub', [tape.op('Sigmoid', [own]), target]);
    return {
      value: tape.op('Mul', [tape.op('ReduceSum', [losses], { keepdims: 0 }), tape.float(temperature ** 2 / size)]),
      gradient: tape.op('Mul', [difference, tape.float(temperature / size)]),
    };
  },
};
