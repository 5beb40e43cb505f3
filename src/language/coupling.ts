// Why the channels of two layers live or die together: the layers whose operators tie them.
import type { Node } from '../model/graph';
import type { Channels } from '../pruning/channels';
import { layerChannels } from '../pruning/layer-channels';
import type { ModelFigures } from './model-analysis';

export interface Tie {
  /** The layer that ties. */
  readonly layer: string;
  readonly type: string;
  /** join: it puts channels of several layers into one. pass: it makes of each channel one of its own. */
  readonly how: 'join' | 'pass';
}

/** The layers that tie a layer's channels with those of others, in the model's order. */
export function tiesOf({ model, channels }: ModelFigures, name: string): Tie[] {
  const own = new Set(
    layerChannels(model, channels)
      .filter(({ layer }) => layer.name === name)
      .flatMap((made) => [...made.channels]),
  );
  const types = new Map(model.layers.map((layer) => [layer.name, layer.type]));
  const ties = new Map<string, Tie>();
  for (const node of model.graph.nodes) {
    const how = tie(node, own, channels, model.graph.weights);
    if (how === undefined || node.layer === name) continue;
    ties.set(node.layer, { layer: node.layer, type: types.get(node.layer) ?? node.type, how });
  }
  return [...ties.values()];
}

function tie(
  node: Node,
  own: ReadonlySet<number>,
  channels: Channels,
  weights: ReadonlyMap<string, unknown>,
): Tie['how'] | undefined {
  const carries = (value: string): boolean =>
    (channels.shapes.get(value) ?? []).some((_, axis) => channels.of(value, axis)?.some((c) => own.has(c)) === true);
  const flowing = node.inputs.filter((value) => value !== '' && !weights.has(value) && carries(value));
  if (flowing.length > 1 && JOINS.has(node.type)) return 'join';
  const grouped = node.type === 'Conv' && Number(node.attributes.group ?? 1) > 1;
  return grouped && flowing.length > 0 && carries(node.outputs[0] ?? '') ? 'pass' : undefined;
}

const JOINS: ReadonlySet<string> = new Set(['Add', 'Sub', 'Mul', 'Div', 'Max', 'Min', 'Mean', 'Sum', 'Concat']);
