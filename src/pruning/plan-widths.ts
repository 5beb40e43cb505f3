// A width for each layer: its least relevant channels go until no more than that many are left.
import type { Model } from '../model/model';
import { type Candidates, candidatesOf, type Portion } from './candidates';
import { type Plan, planOf } from './plan';
import { channelsOf, queueOf, takeInTurn } from './queue';
import type { LayerRelevance } from './relevance/score';
import { shareOf } from './share';

/**
 * Coupled layers are cut together, down to the smallest width asked of any. No layer loses its last channel. One whose
 * channels are several neurons each (the units of a maxout) stays wider where no whole number of them makes the width.
 * @param widths by layer name; a layer that is narrow enough already stays.
 */
export function planLayers(candidates: Candidates, widths: ReadonlyMap<string, number>): Plan {
  // Of each family, how many portions went with a layer before.
  const taken = new Uint32Array(candidates.families.length);
  const removed: Portion[] = [];
  for (const { name, channels } of candidates.layers) {
    const width = widths.get(name);
    if (width === undefined) continue;
    const own = candidates.choices.filter(({ neurons }) => neurons.has(name));
    const neurons = new Map(own.map((choice) => [choice.family, choice.neurons.get(name) ?? 0]));
    const neuronsOf = ({ family, channels: together }: Portion): number => together.length * (neurons.get(family) ?? 0);
    const isTaken = ({ family, index }: Portion): boolean => index < (taken[family] as number);
    const queue = queueOf(own);
    let left = channels.length - queue.reduce((sum, portion) => sum + (isTaken(portion) ? neuronsOf(portion) : 0), 0);
    if (left <= width) continue;
    const open = queue.filter((portion) => !isTaken(portion));
    const going = takeInTurn(open, (portion) => {
      const narrower = left - neuronsOf(portion);
      if (narrower < width) return false;
      left = narrower;
      return true;
    });
    for (const portion of going) {
      taken[portion.family] = portion.index + 1;
      removed.push(portion);
    }
  }
  return planOf(candidates, channelsOf(removed));
}

/** The same on a model, with every layer that can be cut as a candidate and coupled layers ranked by their mean. */
export function planWidths(
  model: Model,
  relevance: readonly LayerRelevance[] | undefined,
  widths: ReadonlyMap<string, number>,
): Plan {
  return planLayers(candidatesOf(model, relevance, { reduction: 'mean', normalization: 'none' }), widths);
}

/** Widths at which each layer has lost a share of its channels, rounded down. */
export function widthsFor(candidates: Candidates, ratioOf: (layer: string) => number): Map<string, number> {
  return new Map(
    candidates.layers.map(({ name, channels }) => {
      return [name, channels.length - shareOf(channels.length, ratioOf(name))];
    }),
  );
}
