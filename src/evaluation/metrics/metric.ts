// A metric: how well a model does, as one number a person can read, and sample by sample for the permutation test.
import type { Target } from '../../data/dataset';
import type { Shape } from '../../model/graph';
import type { NodeEmitter } from '../../ops/emitter';
import type { Counts } from '../outcomes';

export type MetricName = 'accuracy' | 'binary-accuracy' | 'mean-iou' | 'mse' | 'mae' | 'r2' | 'verification';

/** What a record and a report say of a metric. */
export interface MetricInfo {
  readonly name: MetricName;
  /** In a sentence: "accuracy", "mean squared error". */
  readonly title: string;
  readonly better: 'higher' | 'lower';
  /** A share is shown as a percentage. */
  readonly unit: 'share' | 'number';
}

export interface Metric extends MetricInfo {
  /** The kinds of targets that it suits. Classes are fed as indices (int64), the others as numbers (float32). */
  readonly targets: readonly Target['kind'][];
  /** What is emitted for a sample: the share of its answers that are right, or its error. */
  readonly emits: 'right' | 'error';
  /**
   * Emits how well each sample is done, [batch]; where it counts, what is counted of each, [batch, width].
   * @param target name of the fed target: [batch, answers], or of the output's shape.
   */
  emit(emitter: NodeEmitter, output: Observed, target: string): string;
  /** Where the score is no mean over the samples: how many numbers are counted of each, and what their sums come to. */
  counted?(observed: Observed): Pick<Counts, 'width' | 'score'> | undefined;
  /** The metric's number from what was emitted for every sample, where it counts nothing. */
  score(perSample: Float64Array, spread: () => Promise<number>): Promise<number>;
}

/** An output of the model that is evaluated. */
export interface Observed {
  readonly value: string;
  /** With the batch. */
  readonly shape: Shape;
  /** Axis of the classes. */
  readonly classAxis: number;
  /** Above it an output by itself means yes. */
  readonly threshold: number;
  readonly target: Target;
}

export function meanOf(values: Float64Array): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}
