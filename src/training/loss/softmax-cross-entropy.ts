// Softmax cross-entropy of class scores: −ln of the share that the label's score has.
import type { Loss } from './loss';

export const softmaxCrossEntropy: Loss = {
  name: 'softmax-cross-entropy',
  title: 'softmax cross-entropy',
  target: 'classes',
  absorbs: 'Softmax',
  emit(tape, logits, fed, answers, axis) {
    const classes = Number(tape.shape(logits).at(axis) ?? 1);
    const labels = answers.labels(fed);
    const target = tape.op('OneHot', [labels, tape.ints([classes]), tape.floats([0, 1])], { axis });
    const logarithm = tape.op('LogSoftmax', [logits], { axis });
    const difference = tape.op('Sub', [tape.op('Softmax', [logits], { axis }), target]);
    const hits = tape.op('Equal', [tape.op('ArgMax', [logits], { axis, keepdims: 0 }), labels]);
    return {
      value: answers.mean(tape.op('Mul', [target, logarithm]), -1),
      gradient: answers.gradient(difference),
      correct: answers.right(hits),
    };
  },
  /** The Kullback–Leibler divergence: zero where both say the same. */
  distil(tape, logits, teacher, temperature, answers, axis) {
    const softened = (value: string): string => tape.op('Mul', [value, tape.float(1 / temperature)]);
    const own = softened(logits);
    const taught = softened(teacher);
    const target = tape.op('Softmax', [taught], { axis });
    const logarithm = (value: string): string => tape.op('LogSoftmax', [value], { axis });
    const apart = tape.op('Sub', [logarithm(taught), logarithm(own)]);
    const difference = tape.op('Sub', [tape.op('Softmax', [own], { axis }), target]);
    return {
      value: answers.mean(tape.op('Mul', [target, apart]), temperature ** 2),
      gradient: answers.gradient(difference, temperature),
    };
  },
};
