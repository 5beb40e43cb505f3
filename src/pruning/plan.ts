// A plan: which channels go. The files plan-*.ts each choose them in another way.
import { UserError } from '../errors';
import type { Model } from '../model/model';
import type { Candidates } from './candidates';
import { type Channels, channelsToCut } from './channels';
import { type LayerChannels, layerChannels, layersNamed } from './layer-channels';

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

/**
 * The layers a person may prune: named and checked, or all that can be.
 * @param approximate whether those count that only an approximate cut can thin.
 */
export function prunableLayers(
  model: Model,
  names: readonly string[] | undefined,
  approximate = false,
): LayerChannels[] {
  const all = layerChannels(model, channelsToCut(model.graph, approximate));
  if (names === undefined) return all.filter(({ frozen }) => frozen === undefined);
  return names.flatMap((name) => {
    const found = layersNamed(all, name);
    const free = found.filter(({ frozen }) => frozen === undefined);
    if (free.length === 0) throw new UserError(`Layer "${name}" can't be pruned: ${found[0]?.frozen}.`);
    return free;
  });
}

export function planOf({ layers, channels }: Candidates, removed: ReadonlySet<number>): Plan {
  const cuts = layers.map(({ name, channels: own }) => {
    const going: number[] = [];
    own.forEach((channel, neuron) => {
      if (removed.has(channel)) going.push(neuron);
    });
    return { layer: name, channels: own.length, removed: going };
  });
  return { cuts: cuts.filter((cut) => cut.removed.length > 0), channels, removed };
}
