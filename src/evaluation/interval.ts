// How well a score is known from a sample: its 95 % confidence interval.
import { type Metric, meanOf } from './metrics/metric';
import { type Counts, sumsOf } from './outcomes';

export type Interval = readonly [low: number, high: number];

/** 95 % of a standard normal distribution lies within ± this. */
const Z = 1.959964;

/** The Wilson score interval (Wilson 1927) of a share observed on so many samples. */
export function wilsonInterval(share: number, samples: number): Interval {
  if (samples <= 0) return [share, share];
  const square = Z ** 2 / samples;
  const centre = (share + square / 2) / (1 + square);
  const half = (Z / (1 + square)) * Math.sqrt((share * (1 - share)) / samples + square / (4 * samples));
  return [Math.max(0, centre - half), Math.min(1, centre + half)];
}

/** Wilson's for outcomes right or wrong; else that of a mean of so many samples, by their standard deviation. */
export async function intervalOf(
  metric: Metric,
  perSample: Float64Array,
  spread: () => Promise<number>,
): Promise<Interval> {
  const mean = meanOf(perSample);
  if (metric.unit === 'share' && perSample.every((outcome) => outcome === 0 || outcome === 1)) {
    return wilsonInterval(mean, perSample.length);
  }
  const variance = perSample.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, perSample.length - 1);
  const half = Z * Math.sqrt(variance / Math.max(1, perSample.length));
  const ends = await Promise.all([mean - half, mean + half].map((end) => metric.score(Float64Array.of(end), spread)));
  const [low = mean, high = mean] = ends.sort((a, b) => a - b);
  return metric.unit === 'share' ? [Math.max(0, low), Math.min(1, high)] : [low, high];
}

/** By the jackknife over the samples (Efron & Stein 1981): how the score moves as each of them is left out. */
export function countedInterval(outcomes: Counts, score: number): Interval {
  const { width, counts } = outcomes;
  const samples = counts.length / width;
  if (samples < 2) return [0, 1];
  const all = sumsOf(outcomes);
  const without = Float64Array.from({ length: samples }, (_, i) =>
    outcomes.score(all.map((sum, k) => sum - (counts[i * width + k] as number))),
  );
  const mean = meanOf(without);
  const variance = without.reduce((sum, value) => sum + (value - mean) ** 2, 0) * ((samples - 1) / samples);
  const half = Z * Math.sqrt(variance);
  return [Math.max(0, score - half), Math.min(1, score + half)];
}
