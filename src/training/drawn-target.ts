// Targets drawn from what the model itself says, by its own probabilities: with them, squared gradients average to the
// curvature of the loss (the Gauss–Newton matrix, which is the Fisher information) instead of to how wrong the model is.
import { elementCount, float32, type Tensor } from '../model/tensor';
import { type Random, random } from '../random';
import type { Objective } from './objective';
import type { TrainingTape } from './tape';

export interface DrawnTarget {
  /** Name of the noise that is fed, and its shape: the logits'. */
  readonly noise: string;
  readonly shape: readonly number[];
  draw(seed: number, batch: number): Tensor;
  /** Emits the target as the loss wants it. */
  emit(tape: TrainingTape): string;
}

/** A class by the Gumbel trick, a yes or no by its probability, a number with a standard deviation of 1. */
export function drawnTarget({ loss, logits, input, classAxis }: Objective, shape: readonly number[]): DrawnTarget {
  const noise = `${input}/noise`;
  const kind = loss.target === 'classes' ? 'class' : loss.name === 'binary-cross-entropy' ? 'binary' : 'number';
  return {
    noise,
    shape,
    draw(seed, batch) {
      const source = random(seed, 'targets', noise, batch);
      return float32(
        shape,
        Float32Array.from({ length: elementCount(shape) }, () => NOISE[kind](source)),
      );
    },
    emit(tape) {
      if (kind === 'class') {
        return tape.op('ArgMax', [tape.op('Add', [logits, noise])], { axis: classAxis, keepdims: 0 });
      }
      if (kind === 'number') return tape.op('Add', [logits, noise]);
      return tape.op('Cast', [tape.op('Greater', [tape.op('Sigmoid', [logits]), noise])], { to: FLOAT });
    },
  };
}

const NOISE = {
  class: (source: Random) => -Math.log(-Math.log((source.bits() + 0.5) / 2 ** 32)),
  binary: (source: Random) => source.next(),
  number: (source: Random) => source.normal(),
};

/** TensorProto.DataType FLOAT. */
const FLOAT = 1;
