// A width for each layer: its least relevant channels go until no more than that many are left.
import type { Model } from '../model/model';
import { type Candidates, type Choice, candidatesOf, type Portion } from './candidates';
import { type Plan, planOf } from './plan';
import { channelsOf, type Queued, queueOf, takeInTurn } from './queue';
import type { LayerRelevance } from './relevance/score';
import { shareOf } from './share';

/**
 * Coupled layers are cut together, down to the smallest width asked of any. No layer loses its last channel. One whose
 * channels are several neurons each (the units of a maxout) stays wider where no whole number of them makes the width.
 * @param widths by layer name; a layer that is narrow enough already stays.
 */
export function planLayers(candidates: Candidates, widths: ReadonlyMap<string, number>): Plan {
  const taken = new Map<Choice, number>();
  const removed: Queued[] = [];
  for (const { name, channels } of candidates.layers) {
    const width = widths.get(name);
    if (width === undefined) continue;
    const own = candidates.choices.filter(({ neurons }) => neurons.has(name));
    const neuronsOf = (choice: Choice, { channels: together }: Portion): number =>
      together.length * (choice.neurons.get(name) ?? 0);
    // What went with a layer that it is coupled with.
    const gone = own.reduce((sum, choice) => {
      const before = choice.portions.slice(0, taken.get(choice) ?? 0);
      return before.reduce((count, portion) => count + neuronsOf(choice, portion), sum);
    }, 0);
    let left = channels.length - gone;
    if (left <= width) continue;
    const open = queueOf(own).filter(({ choice, index }) => index >= (taken.get(choice) ?? 0));
    const going = takeInTurn(open, (portion) => {
      const narrower = left - neuronsOf(portion.choice, portion);
      if (narrower < width) return false;
      left = narrower;
      return true;
    });
    for (const { choice, index } of going) taken.set(choice, index + 1);
    removed.push(...going);
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
