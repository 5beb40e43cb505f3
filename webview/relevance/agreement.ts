// How alike two measures rank the channels of a model.
import type { Relevance } from '../../src/protocol/session';
import { rankingOf } from './ranking';

/** Spearman's rank correlation within each layer, from -1 to 1; over all layers the mean, each counted by its channels. */
export function agreementOf(a: Relevance, b: Relevance): number {
  let [sum, channels] = [0, 0];
  for (const { layer, scores } of a.layers) {
    const other = b.layers.find((candidate) => candidate.layer === layer);
    if (other === undefined || other.scores.length !== scores.length || scores.length < 2) continue;
    const correlation = correlationOf(meanRanks(scores), meanRanks(other.scores));
    // A layer whose channels all score the same has no ranking to compare.
    if (Number.isNaN(correlation)) continue;
    sum += correlation * scores.length;
    channels += scores.length;
  }
  return sum / channels;
}

/** Equal scores share the mean of their ranks. */
function meanRanks(scores: readonly number[]): Float64Array {
  const { order } = rankingOf(scores);
  const ranks = new Float64Array(scores.length);
  for (let start = 0; start < order.length; ) {
    let end = start + 1;
    while (end < order.length && scores[order[end] as number] === scores[order[start] as number]) end++;
    for (let i = start; i < end; i++) ranks[order[i] as number] = (start + end - 1) / 2;
    start = end;
  }
  return ranks;
}

/** Pearson's. */
function correlationOf(a: Float64Array, b: Float64Array): number {
  const mean = (a.length - 1) / 2;
  let [product, squareA, squareB] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [(a[i] as number) - mean, (b[i] as number) - mean];
    product += x * y;
    squareA += x * x;
    squareB += y * y;
  }
  return product / Math.sqrt(squareA * squareB);
}
