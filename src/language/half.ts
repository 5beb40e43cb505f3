// What cutting half of a layer's channels would leave, exactly: planned and predicted, nothing is cut.
import type { Cost } from '../ops/cost';
import { candidatesOf } from '../pruning/candidates';
import { planLayers } from '../pruning/plan-widths';
import { predictCost } from '../pruning/predict';
import type { ModelFigures } from './model-analysis';

export interface Half {
  /** Of the whole model, after. */
  readonly cost: Cost;
  /** Layers that get narrower, the one asked for first. */
  readonly layers: readonly { readonly name: string; readonly before: number; readonly after: number }[];
}

/** Undefined where none of its channels can be cut. */
export function halfOf({ model, channels }: ModelFigures, name: string): Half | undefined {
  const candidates = candidatesOf(model, undefined, { reduction: 'mean', normalization: 'none' }, {}, channels);
  // A layer may make channels in several places, as an attention does.
  const own = candidates.layers.filter(({ layer }) => layer.name === name);
  const widths = new Map(own.map((made) => [made.name, Math.ceil(made.channels.length / 2)]));
  const { cuts, removed } = planLayers(candidates, widths);
  if (removed.size === 0) return undefined;
  const layers = cuts.map(({ layer, channels: before, removed: gone }) => ({
    name: layer,
    before,
    after: before - gone.length,
  }));
  layers.sort((a, b) => Number(widths.has(b.name)) - Number(widths.has(a.name)));
  return { cost: predictCost(model, channels, removed), layers };
}
