// One score for a channel that several weights make: neurons of one layer that go together, or of layers that are coupled.
import type { LayerChannels } from '../layer-channels';
import { type Normalization, normalized } from './normalization';
import type { LayerRelevance } from './score';

/** A channel's score so far, in `layers` layers, and in one more. */
type Reduce = (score: number, next: number, layers: number) => number;

/** first: the score in the first layer that makes it. mean: the mean over the layers. max: the largest. */
const REDUCE = {
  first: (score) => score,
  mean: (score, next, layers) => score + (next - score) / (layers + 1),
  max: (score, next) => Math.max(score, next),
} as const satisfies Record<string, Reduce>;

export type Reduction = keyof typeof REDUCE;

export const REDUCTIONS = Object.keys(REDUCE) as readonly Reduction[];

export interface Ranking {
  readonly reduction: Reduction;
  readonly normalization: Normalization;
}

/**
 * The score of every channel that was measured; 0 for the others. Neurons of a layer that share one count by their mean.
 * @param bound channels are numbers below it.
 */
export function channelScores(
  layers: readonly LayerChannels[],
  relevance: readonly LayerRelevance[],
  bound: number,
  { reduction, normalization }: Ranking,
): (channel: number) => number {
  const measured = new Map(relevance.map((own) => [own.layer, own]));
  const [scores, makers] = [new Float64Array(bound), new Uint32Array(bound)];
  const [sums, counts] = [new Float64Array(bound), new Uint32Array(bound)];
  const reduce = REDUCE[reduction];
  for (const { name, channels } of layers) {
    const own = measured.get(name);
    if (own === undefined) continue;
    const values = normalized(own, normalization);
    for (let neuron = 0; neuron < values.length; neuron++) {
      const channel = channels[neuron] as number;
      sums[channel] = (sums[channel] as number) + (values[neuron] as number);
      counts[channel] = (counts[channel] as number) + 1;
    }
    for (let neuron = 0; neuron < channels.length; neuron++) {
      const channel = channels[neuron] as number;
      const count = counts[channel] as number;
      if (count === 0) continue;
      const mean = (sums[channel] as number) / count;
      const before = makers[channel] as number;
      scores[channel] = before === 0 ? mean : reduce(scores[channel] as number, mean, before);
      makers[channel] = before + 1;
      sums[channel] = 0;
      counts[channel] = 0;
    }
  }
  return (channel) => scores[channel] ?? 0;
}
