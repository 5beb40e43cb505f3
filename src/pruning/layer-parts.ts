// What a layer makes channels with: most with one weight, an attention or stacked cells with several, each cut for itself.
import type { LayerChannels } from './layer-channels';

export interface LayerPart {
  /** The layer's name with the weight's behind it: "attention/query". */
  readonly name: string;
  /** Neurons it makes. */
  readonly channels: number;
  /** How many of them go at a time: the width of a head. 1 where each goes by itself, or as many as it happens. */
  readonly together: number;
  /** Why none can be cut; absent where some can. */
  readonly reason?: string;
  readonly coupled?: readonly string[];
}

/** By the layer's name, in the model's order. */
export function partsByLayer(made: readonly LayerChannels[]): Map<string, readonly LayerPart[]> {
  const parts = new Map<string, LayerPart[]>();
  for (const own of made) {
    const known = parts.get(own.layer.name);
    if (known) known.push(partOf(own));
    else parts.set(own.layer.name, [partOf(own)]);
  }
  return parts;
}

/** Neurons of all its parts. */
export function channelsOf(parts: readonly LayerPart[]): number {
  return parts.reduce((sum, { channels }) => sum + channels, 0);
}

function partOf({ name, channels, frozen, coupled }: LayerChannels): LayerPart {
  return {
    name,
    channels: channels.length,
    together: together(channels),
    ...(frozen !== undefined && { reason: frozen }),
    ...(coupled.length > 0 && { coupled }),
  };
}

function together(channels: Uint32Array): number {
  const counts = new Map<number, number>();
  for (const channel of channels) counts.set(channel, (counts.get(channel) ?? 0) + 1);
  const [count = 1, ...others] = new Set(counts.values());
  return others.length === 0 ? count : 1;
}
