// What a model's score is made of, sample by sample.

/** How well each sample is done, the higher the better: a share or minus an error; or counts. */
export type Outcomes = ArrayLike<number> | Counts;

/** Where the score is no mean over the samples: what is counted of each, and what the sums come to. */
export interface Counts {
  /** Numbers a sample. */
  readonly width: number;
  /** Sample after sample. */
  readonly counts: Float64Array;
  /** The score, the higher the better, of these sums over the samples. */
  score(sums: Float64Array): number;
}

export function isCounts(outcomes: Outcomes): outcomes is Counts {
  return 'counts' in outcomes;
}

export function sampleCount(outcomes: Outcomes): number {
  return isCounts(outcomes) ? outcomes.counts.length / outcomes.width : outcomes.length;
}

export function sumsOf({ width, counts }: Counts): Float64Array {
  const sums = new Float64Array(width);
  for (let i = 0; i < counts.length; i++) sums[i % width] = (sums[i % width] as number) + (counts[i] as number);
  return sums;
}
