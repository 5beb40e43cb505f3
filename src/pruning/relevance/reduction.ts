// One score for a channel that several weights make: neurons of one layer that go together, or of layers that are coupled.
import type { LayerChannels } from '../layer-channels';
import { type Normalization, normalized } from './normalization';
import type { LayerRelevance } from './score';

/**
 * first: the score in the first layer that makes it. mean: the mean over the layers. max: the largest.
 */
const REDUCE = {
  first: (scores: readonly number[]) => scores[0] ?? 0,
  mean: (scores: readonly number[]) => scores.reduce((sum, score) => sum + score, 0) / scores.length,
  max: (scores: readonly number[]) => Math.max(...scores),
} as const;

export type Reduction = keyof typeof REDUCE;

export const REDUCTIONS = Object.keys(REDUCE) as readonly Reduction[];

export interface Ranking {
  readonly reduction: Reduction;
  readonly normalization: Normalization;
}

/** The score of every channel that was measured. Neurons of one layer that share a channel count by their mean. */
export function channelScores(
  layers: readonly LayerChannels[],
  relevance: readonly LayerRelevance[],
  { reduction, normalization }: Ranking,
): Map<number, number> {
  const measured = new Map(relevance.map((own) => [own.layer, own]));
  const collected = new Map<number, number[]>();
  for (const { name, channels } of layers) {
    const own = measured.get(name);
    if (own === undefined) continue;
    for (const [channel, score] of meanByChannel(channels, normalized(own, normalization))) {
      const scores = collected.get(channel);
      if (scores) scores.push(score);
      else collected.set(channel, [score]);
    }
  }
  return new Map([...collected].map(([channel, scores]) => [channel, REDUCE[reduction](scores)]));
}

function meanByChannel(channels: Uint32Array, scores: Float64Array): Map<number, number> {
  const sums = new Map<number, { sum: number; count: number }>();
  channels.forEach((channel, neuron) => {
    const { sum, count } = sums.get(channel) ?? { sum: 0, count: 0 };
    sums.set(channel, { sum: sum + (scores[neuron] ?? 0), count: count + 1 });
  });
  return new Map([...sums].map(([channel, { sum, count }]) => [channel, sum / count]));
}
