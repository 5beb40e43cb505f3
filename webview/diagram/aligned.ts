// One model, or two of them aligned layer by layer: what the diagram draws.
import { alignLayers } from '../../src/model/align-layers';

/** What the diagram knows of a model. Layers stand in an order in which each comes after those it reads from. */
export interface DrawnModel {
  readonly name: string;
  readonly layers: readonly DrawnLayer[];
}

export interface DrawnLayer {
  readonly name: string;
  readonly type: string;
  /** Names of the layers it reads. */
  readonly from: readonly string[];
  /** With the batch; null is a size known only when the model runs. */
  readonly outputShape: readonly (number | null)[];
  /** Neurons or filters it makes; null for a layer that makes none. */
  readonly channels: number | null;
  readonly parameters: number;
}

export interface AlignedLayer {
  readonly name: string;
  readonly type: string;
  /** Absent for a layer that only the other model has. Without a second model, `after` is `before`. */
  readonly before: DrawnLayer | undefined;
  readonly after: DrawnLayer | undefined;
  /** Names of the layers it reads in either model. */
  readonly from: readonly string[];
}

export function alignModels(before: DrawnModel, after: DrawnModel = before): AlignedLayer[] {
  if (after === before) return before.layers.map((layer) => aligned(layer, layer));
  return alignLayers(before.layers, after.layers).map((pair) => aligned(pair.before, pair.after));
}

function aligned(before: DrawnLayer | undefined, after: DrawnLayer | undefined): AlignedLayer {
  const from = new Set([...(before?.from ?? []), ...(after?.from ?? [])]);
  const { name = '', type = '' } = after ?? before ?? {};
  return { name, type, before, after, from: [...from] };
}

/** Channels it has in the model where it has most. */
export function mostChannels({ before, after }: AlignedLayer): number {
  return Math.max(before?.channels ?? 0, after?.channels ?? 0);
}

/** What became of a layer on the way from before to after. */
export type Fate = 'same' | 'narrower' | 'wider' | 'gone' | 'new';

export function fateOf({ before, after }: Pick<AlignedLayer, 'before' | 'after'>): Fate {
  if (after === undefined) return 'gone';
  if (before === undefined) return 'new';
  const [had, has] = [before.channels ?? 0, after.channels ?? 0];
  return has < had ? 'narrower' : has > had ? 'wider' : 'same';
}
