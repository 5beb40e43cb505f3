// How the scores of a layer are made comparable with those of another, for a ranking over all layers.
import { UserError } from '../../errors';
import type { LayerRelevance } from './score';

type Normalize = (scores: Float64Array) => Float64Array;

/**
 * none: as measured, an average over the observations. mean: as multiples of the layer's mean. max: as shares of the
 * layer's largest. standard: in standard deviations from the layer's mean.
 */
const NORMALIZE = {
  none: (scores) => scores,
  mean: (scores) => dividedBy(scores, scores.reduce((sum, score) => sum + Math.abs(score), 0) / scores.length),
  max: (scores) =>
    dividedBy(
      scores,
      scores.reduce((most, score) => Math.max(most, Math.abs(score)), 0),
    ),
  standard(scores) {
    const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length;
    const square = scores.reduce((sum, score) => sum + (score - mean) ** 2, 0) / scores.length;
    return dividedBy(
      scores.map((score) => score - mean),
      Math.sqrt(square),
    );
  },
} as const satisfies Record<string, Normalize>;

export type Normalization = keyof typeof NORMALIZE;

export const NORMALIZATIONS = Object.keys(NORMALIZE) as readonly Normalization[];

/** A layer's scores by neuron, as they are compared with other layers'. */
export function normalized({ layer, scores, observations }: LayerRelevance, how: Normalization): Float64Array {
  const bad = scores.findIndex((score) => !Number.isFinite(score));
  if (bad >= 0) {
    throw new UserError(
      `Channel ${bad} of layer "${layer}" has no score: its weights or activations are no numbers. Choose another measure, or leave the layer out.`,
    );
  }
  return NORMALIZE[how](observations > 0 ? dividedBy(scores, observations) : scores);
}

/** Scores that are all zero (all equal, for standard) stay so: none of them stands out. */
function dividedBy(scores: Float64Array, by: number): Float64Array {
  if (!(by > 0)) return scores;
  const divided = new Float64Array(scores.length);
  for (let i = 0; i < scores.length; i++) divided[i] = (scores[i] as number) / by;
  return divided;
}
