// The channels of a layer, as a person counts them: the neurons of a Dense, the filters of a Conv2D.
import { type Graph, producer } from '../model/graph';
import type { Layer, Model } from '../model/model';
import { type Axis, input } from '../ops/operator';
import { orderOf } from '../ops/transpose';
import { type Channels, produced } from './channels';

export interface LayerChannels {
  readonly layer: Layer;
  /** The value and axis in which the layer's weights make them. */
  readonly output: Axis;
  /** The weight, as stored, and its axis along which each slice makes one. */
  readonly weight: Axis;
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
    const nodes = model.graph.nodes.filter((node) => node.layer === layer.name);
    const made = nodes.map((node) => produced(node, channels.shapes)).find((axes) => axes !== undefined);
    const own = made && channels.of(made.output.value, made.output.axis);
    return made && own ? [{ layer, made, own }] : [];
  });
  const makers = new Map<number, Set<string>>();
  for (const { layer, own } of found) {
    for (const channel of own) makers.set(channel, (makers.get(channel) ?? new Set()).add(layer.name));
  }
  return found.map(({ layer, made, own }) => {
    const coupled = new Set<string>();
    for (const channel of own) for (const name of makers.get(channel) ?? []) if (name !== layer.name) coupled.add(name);
    const reasons = Array.from(own, (channel) => channels.frozen(channel));
    const frozen = reasons.every((reason) => reason !== undefined) ? reasons[0] : undefined;
    return {
      layer,
      output: made.output,
      weight: storedAxis(model.graph, made.weight),
      channels: own,
      frozen,
      coupled: [...coupled],
    };
  });
}

/** The weight behind a value that only transposes it. */
export function storedAxis(graph: Graph, { value, axis }: Axis): Axis {
  const node = producer(graph, value);
  if (node === undefined) return { value, axis };
  if (node.type !== 'Transpose') throw new Error(`${node.type} "${node.name}" stands between a weight and its use`);
  const source = input(node, 0);
  return storedAxis(graph, { value: source, axis: orderOf(node, 0)[axis] ?? axis });
}
