// What a session leaves on record: every iteration, and the whole as a report shows it.
import type { MetricInfo } from '../evaluation/metrics/metric';
import type { VerificationRecord } from '../evaluation/verification';
import type { LayerCut } from '../pruning/plan';

export type { MetricInfo };

/** How a model does by one of several outputs that decide. */
export interface OutputRecord {
  /** What the data call it. */
  readonly output: string;
  readonly metric: MetricInfo;
  readonly score: number;
  readonly interval: readonly [low: number, high: number];
  readonly scoreAfterCut?: number;
  readonly validationScore?: number;
  /** Of this output by itself. */
  readonly validationPValue?: number;
  readonly pValue?: number;
}

/**
 * original: the model as it was given (or trained first). maxout: maxout introduced and retrained. neurons: neurons cut.
 * weights: weights set to zero. The last two are retrained afterwards. training: nothing is cut, only trained.
 * quantized: weights in fewer bits. sparse: zeros left out of the file.
 */
export type IterationKind = 'original' | 'maxout' | 'neurons' | 'weights' | 'training' | 'quantized' | 'sparse';

export interface IterationRecord {
  /** From 0, the original. */
  readonly index: number;
  readonly kind: IterationKind;
  /** Index of the iteration whose model it started from, where that is not the one before. */
  readonly from?: number;
  /** False where the rule that decides refused it: the session went on from another one. */
  readonly accepted?: boolean;
  /** Whether retraining did harm, so that the weights are as the cut left them. */
  readonly harmed?: boolean;
  /** In words: "3 neurons a unit", "43 % of the weights". */
  readonly title: string;
  readonly parameters: number;
  /** Parameters that are not zero. */
  readonly nonZero: number;
  readonly macs: number;
  readonly bytes: number;
  /** Those of the weights, gzipped; absent where they are too many. */
  readonly gzipped?: number;
  /** Where several outputs decide, how each of them does: what stands below of scores is of the first. */
  readonly outputs?: readonly OutputRecord[];
  /** What the scores are of: the same for all iterations. */
  readonly metric: MetricInfo;
  /** On the test samples, and its 95 % confidence interval. */
  readonly score: number;
  readonly interval: readonly [low: number, high: number];
  /** Of face data, on the test pairs: by each distance. */
  readonly verification?: readonly VerificationRecord[];
  /** On the validation samples; absent where there are none. */
  readonly validationScore?: number;
  /** The permutation test on the validation samples, of all outputs that decide: what stop rules decide on. */
  readonly validationPValue?: number;
  /** On the test samples after the cut, before retraining. Absent where nothing was cut. */
  readonly scoreAfterCut?: number;
  /** Paired permutation test against the original, on the test samples, of all outputs that decide; absent for the original itself. */
  readonly pValue?: number;
  readonly cuts: readonly LayerCut[];
  /** Relevance the cut was decided on, by layer. */
  readonly relevance: readonly RelevanceRecord[];
  /** Layers after the iteration. */
  readonly layers: readonly LayerRecord[];
  readonly seconds: number;
}

export interface RelevanceRecord {
  readonly layer: string;
  readonly measure: string;
  readonly scores: readonly number[];
  /** Samples × positions behind each score; 0 for a measure that reads no data. */
  readonly observations: number;
  /** Neurons a maxout unit. */
  readonly neurons?: number;
}

export interface LayerRecord {
  readonly name: string;
  readonly type: string;
  readonly outputShape: readonly (number | string)[];
  readonly parameters: number;
  readonly macs: number;
  /** Neurons or filters it makes; absent for layers without weights. */
  readonly channels?: number;
}

/** A finished (or stopped) session as a report shows it. */
export interface SessionRecord {
  readonly title: string;
  /** Where the model came from and went to; what data it saw. */
  readonly model: string;
  readonly out: string;
  /** The session's own folder, which keeps the model of every iteration. */
  readonly folder: string;
  readonly data: { readonly name: string; readonly train: number; readonly validation: number; readonly test: number };
  readonly seed: number;
  readonly iterations: readonly IterationRecord[];
  /** Index of the iteration whose model is the result. */
  readonly chosen: number;
}

/** How a model does by each output that decides, be it one. */
export function outputsOf<Own extends Scored>(
  record: Own & { readonly outputs?: readonly OutputRecord[] },
): readonly Scored[] {
  return record.outputs ?? [record];
}

export type Scored = Pick<IterationRecord, 'metric' | 'validationScore' | 'validationPValue'>;

/** Whether no output's validation score is lower than the other's. */
export function isAsGood(record: IterationRecord, other: IterationRecord): boolean {
  const others = outputsOf(other);
  return outputsOf(record).every((own, i) => scoreOrder(own) >= scoreOrder(others[i] ?? other));
}

/** The validation score so that more is better. */
function scoreOrder({ validationScore = Number.NaN, metric }: Scored): number {
  return metric.better === 'higher' ? validationScore : -validationScore;
}

/** p above this: no significant loss. */
export const SIGNIFICANCE = 0.05;
