// A loss: what training makes small. Each adds its value and its gradient to the tape.
import type { TrainingTape } from '../tape';
import type { Answers } from './answers';

export type LossName = 'softmax-cross-entropy' | 'binary-cross-entropy' | 'mse' | 'mae' | 'huber';

export interface Loss {
  readonly name: LossName;
  /** In words. */
  readonly title: string;
  /** What it is fed: class indices (int64, the output's shape without the class axis) or numbers of the output's shape. */
  readonly target: 'classes' | 'values';
  /** The operator at the end of a model that the loss leaves out, so that numbers stay exact; its input is taken. */
  readonly absorbs?: string;
  /**
   * @param output the value the loss is taken of: logits where an operator was absorbed.
   * @param answers that it is the mean over.
   * @param classAxis of the output, for a loss of class indices.
   */
  emit(tape: TrainingTape, output: string, target: string, answers: Answers, classAxis: number): LossValues;
  /**
   * How far the output is from a teacher's, both divided by the temperature and the loss multiplied by its square, so that
   * gradients keep their size. Default: the loss itself, with what the teacher says as the target.
   * @param teacher its logits, of the output's shape.
   */
  distil?(
    tape: TrainingTape,
    output: string,
    teacher: string,
    temperature: number,
    answers: Answers,
    classAxis: number,
  ): LossValues;
}

/** Names of emitted values. */
export interface LossValues {
  /** Mean over the answers. */
  readonly value: string;
  /** Gradient with respect to the output. */
  readonly gradient: string;
  /** Number of samples of the batch that are right (of a sample with several answers the share); none for numbers. */
  readonly correct?: string;
}
