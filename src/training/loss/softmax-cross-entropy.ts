// Softmax cross-entropy of class scores: −ln of the share that the label's score has.
import { elementCount } from '../../model/tensor';
import type { Loss } from './loss';

export const softmaxCrossEntropy: Loss = {
  name: 'softmax-cross-entropy',
  title: 'softmax cross-entropy',
  target: 'classes',
  absorbs: 'Softmax',
  emit(tape, logits, labels, axis) {
    const shape = tape.shape(logits).map(Number);
    const classes = shape.at(axis) ?? 1;
    const [batch = 1] = shape;
    const answers = elementCount(shape) / classes;
    const target = tape.op('OneHot', [labels, tape.ints([classes]), tape.floats([0, 1])], { axis });
    const logarithm = tape.op('LogSoftmax', [logits], { axis });
    const sum = tape.op('ReduceSum', [tape.op('Mul', [target, logarithm])], { keepdims: 0 });
    const difference = tape.op('Sub', [tape.op('Softmax', [logits], { axis }), target]);
    const hits = tape.op('Equal', [tape.op('ArgMax', [logits], { axis, keepdims: 0 }), labels]);
    const right = tape.op('ReduceSum', [tape.op('Cast', [hits], { to: 1 })], { keepdims: 0 });
    return {
      value: tape.op('Mul', [sum, tape.float(-1 / answers)]),
      gradient: tape.op('Mul', [difference, tape.float(1 / answers)]),
      correct: answers === batch ? right : tape.op('Mul', [right, tape.float(batch / answers)]),
    };
  },
  /** The Kullback–Leibler divergence: zero where both say the same. */
  distil(tape, logits, teacher, temperature, axis) {
    const shape = tape.shape(logits).map(Number);
    const answers = elementCount(shape) / (shape.at(axis) ?? 1);
    const softened = (value: string): string => tape.op('Mul', [value, tape.float(1 / temperature)]);
    const own = softened(logits);
    const taught = softened(teacher);
    const target = tape.op('Softmax', [taught], { axis });
    const logarithm = (value: string): string => tape.op('LogSoftmax', [value], { axis });
    const apart = tape.op('Sub', [logarithm(taught), logarithm(own)]);
    const sum = tape.op('ReduceSum', [tape.op('Mul', [target, apart])], { keepdims: 0 });
    const difference = tape.op('Sub', [tape.op('Softmax', [own], { axis }), target]);
    return {
      value: tape.op('Mul', [sum, tape.float(temperature ** 2 / answers)]),
      gradient: tape.op('Mul', [difference, tape.float(temperature / answers)]),
    };
  },
};
