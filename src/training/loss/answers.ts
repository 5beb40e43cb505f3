// The answers that a loss is the mean over: all of a batch, or those of them that something is known of.
import { elementCount } from '../../model/tensor';
import type { TrainingTape } from '../tape';

export interface Answers {
  /** The mean over the answers of `factor` times these numbers, which are of the output's shape. */
  mean(numbers: string, factor?: number): string;
  /** Its gradient, from that of each answer by itself. */
  gradient(numbers: string, factor?: number): string;
  /** Number of samples that are right, from yes or no for each answer. */
  right(hits: string): string;
  /** Class indices that can be looked up, whatever is not known. */
  labels(target: string): string;
}

/** TensorProto.DataType FLOAT. */
const FLOAT = 1;

/** @param classAxis of the output; undefined where each of its numbers is an answer. */
export function everyAnswer(tape: TrainingTape, output: string, classAxis: number | undefined): Answers {
  const shape = tape.shape(output).map(Number);
  const [batch = 1] = shape;
  const count = elementCount(shape) / (classAxis === undefined ? 1 : (shape.at(classAxis) ?? 1));
  return {
    mean: (numbers, factor = 1) =>
      tape.op('Mul', [tape.op('ReduceSum', [numbers], { keepdims: 0 }), tape.float(factor / count)]),
    gradient: (numbers, factor = 1) => tape.op('Mul', [numbers, tape.float(factor / count)]),
    right(hits) {
      const right = tape.op('ReduceSum', [tape.op('Cast', [hits], { to: FLOAT })], { keepdims: 0 });
      return count === batch ? right : tape.op('Mul', [right, tape.float(batch / count)]);
    },
    labels: (target) => target,
  };
}

/**
 * As PyTorch's ignore_index and Keras' ignore_class have it: what is ignored adds nothing, and is not divided by.
 * @param target as it is fed, whose value `ignored` says that nothing is known there.
 */
export function knownAnswers(
  tape: TrainingTape,
  output: string,
  target: string,
  ignored: number,
  classAxis: number | undefined,
): Answers {
  const [batch = 1] = tape.shape(output).map(Number);
  const unknown = tape.op('Equal', [target, classAxis === undefined ? tape.float(ignored) : tape.ints([ignored])]);
  const known = tape.op('Cast', [tape.op('Not', [unknown])], { to: FLOAT });
  const scores = classAxis === undefined ? known : tape.op('Unsqueeze', [known, tape.ints([classAxis])]);
  // A batch of which nothing is known has no loss.
  const count = tape.op('Max', [tape.op('ReduceSum', [known], { keepdims: 0 }), tape.float(1)]);
  const part = (factor: number): string => tape.op('Div', [tape.float(factor), count]);
  const sum = (numbers: string): string => tape.op('ReduceSum', [numbers], { keepdims: 0 });
  return {
    mean: (numbers, factor = 1) => tape.op('Mul', [sum(tape.op('Mul', [numbers, scores])), part(factor)]),
    gradient: (numbers, factor = 1) => tape.op('Mul', [numbers, tape.op('Mul', [scores, part(factor)])]),
    right: (hits) =>
      tape.op('Mul', [sum(tape.op('Mul', [tape.op('Cast', [hits], { to: FLOAT }), known])), part(batch)]),
    labels: (fed) => tape.op('Where', [unknown, tape.ints([0]), fed]),
  };
}
