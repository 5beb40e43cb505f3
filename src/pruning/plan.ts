// Which channels go: the least relevant of every layer, down to a width.
import { UserError } from '../errors';
import type { Model } from '../model/model';
import { analyseChannels, type Channels } from './channels';
import { type LayerChannels, layerChannels } from './layer-channels';
import type { Maxout } from './maxout';
import type { LayerRelevance } from './relevance/score';

/** What an iteration takes from one layer. */
export interface LayerCut {
  readonly layer: string;
  /** Channels before. */
  readonly channels: number;
  /** Indices of those removed, ascending. */
  readonly removed: readonly number[];
}

export interface Plan {
  readonly cuts: readonly LayerCut[];
  /** The analysis it was made with, and the channels to cut in its terms. */
  readonly channels: Channels;
  readonly removed: ReadonlySet<number>;
}

/** The layers a person may prune: named and checked, or all that can be. */
export function prunableLayers(model: Model, names: readonly string[] | undefined): LayerChannels[] {
  const all = layerChannels(model, analyseChannels(model.graph));
  if (names === undefined) return all.filter(({ frozen }) => frozen === undefined);
  return names.map((name) => {
    const found = all.find(({ layer }) => layer.name === name);
    if (found === undefined) {
      throw new UserError(
        `There is no layer "${name}" with channels. The model has ${all.map(({ layer }) => layer.name).join(', ')}.`,
      );
    }
    if (found.frozen !== undefined) throw new UserError(`Layer "${name}" can't be pruned: ${found.frozen}.`);
    return found;
  });
}

/**
 * Brings layers down to the widths given by cutting their least relevant channels; coupled layers are cut together, by
 * the mean of their scores.
 * @param widths by layer name; a layer that is narrow enough already stays. No layer loses its last channel. One whose
 * channels are several neurons each (the units of a maxout) stays wider where no whole number of them makes the width.
 */
export function planWidths(
  model: Model,
  relevance: readonly LayerRelevance[],
  widths: ReadonlyMap<string, number>,
): Plan {
  const channels = analyseChannels(model.graph);
  const layers = layerChannels(model, channels);
  const scores = channelScores(layers, relevance);
  const removed = new Set<number>();
  const left = layers.map(({ channels: own }) => new Set(own));
  const isLast = (channel: number): boolean => left.some((own) => own.size === 1 && own.has(channel));
  for (const { layer, channels: own } of layers) {
    const width = widths.get(layer.name);
    if (width === undefined) continue;
    let neurons = own.filter((channel) => !removed.has(channel)).length;
    const candidates = [...new Set(own)].filter((channel) => !removed.has(channel) && !channels.frozen(channel));
    for (const channel of ascending(candidates, (c) => scores.get(c) ?? 0)) {
      const narrower = neurons - own.filter((other) => other === channel).length;
      if (narrower < width || isLast(channel)) continue;
      removed.add(channel);
      for (const others of left) others.delete(channel);
      neurons = narrower;
    }
  }
  const cuts = layers.map(({ layer, channels: own }) => ({
    layer: layer.name,
    channels: own.length,
    removed: Array.from(own.keys()).filter((i) => removed.has(own[i] as number)),
  }));
  return { cuts: cuts.filter((cut) => cut.removed.length > 0), channels, removed };
}

/** The least relevant neuron of every unit, by index. The first of several equal ones. */
export function leastOfUnits({ units, neurons }: Maxout, scores: Float64Array): Set<number> {
  const removed = new Set<number>();
  for (let unit = 0; unit < units; unit++) {
    let least = unit * neurons;
    for (let neuron = least + 1; neuron < (unit + 1) * neurons; neuron++) {
      if ((scores[neuron] ?? 0) < (scores[least] ?? 0)) least = neuron;
    }
    removed.add(least);
  }
  return removed;
}

function channelScores(layers: readonly LayerChannels[], relevance: readonly LayerRelevance[]): Map<number, number> {
  const collected = new Map<number, number[]>();
  for (const { layer, scores } of relevance) {
    const own = layers.find((candidate) => candidate.layer.name === layer)?.channels;
    own?.forEach((channel, i) => {
      collected.set(channel, [...(collected.get(channel) ?? []), scores[i] ?? 0]);
    });
  }
  return new Map([...collected].map(([channel, all]) => [channel, all.reduce((a, b) => a + b, 0) / all.length]));
}

function ascending(channels: readonly number[], score: (channel: number) => number): number[] {
  return [...channels].sort((a, b) => score(a) - score(b) || a - b);
}
