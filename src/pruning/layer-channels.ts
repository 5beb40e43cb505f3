// The channels of a layer, as a person counts them: the neurons of a Dense, the filters of a Conv2D.
import type { Layer, Model } from '../model/model';
import type { Axis } from '../ops/operator';
import { type Channels, producedAxis } from './channels';

export interface LayerChannels {
  readonly layer: Layer;
  /** Where the layer's weights make them. */
  readonly axis: Axis;
  /** Channel of each neuron, in order. */
  readonly channels: Uint32Array;
  /** Why none of them can be cut; undefined where some can. */
  readonly frozen: string | undefined;
  /** Other layers that share channels with it: they are cut together. */
  readonly coupled: readonly string[];
}

/** The layers that make channels, in the model's order. */
export function layerChannels(model: Model, channels: Channels): LayerChannels[] {
  const found = model.layers.flatMap((layer) => {
    const node = model.graph.nodes.find((candidate) => {
      return candidate.layer === layer.name && producedAxis(candidate, channels.shapes) !== undefined;
    });
    const axis = node && producedAxis(node, channels.shapes);
    const own = axis && channels.of(axis.value, axis.axis);
    return axis && own ? [{ layer, axis, own }] : [];
  });
  const makers = new Map<number, Set<string>>();
  for (const { layer, own } of found) {
    for (const channel of own) makers.set(channel, (makers.get(channel) ?? new Set()).add(layer.name));
  }
  return found.map(({ layer, axis, own }) => {
    const coupled = new Set<string>();
    for (const channel of own) for (const name of makers.get(channel) ?? []) if (name !== layer.name) coupled.add(name);
    const reasons = Array.from(own, (channel) => channels.frozen(channel));
    const frozen = reasons.every((reason) => reason !== undefined) ? reasons[0] : undefined;
    return { layer, axis, channels: own, frozen, coupled: [...coupled] };
  });
}
