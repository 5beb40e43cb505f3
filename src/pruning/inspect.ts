// What every layer of a model is and costs, and whether it can be pruned: what people see of a model before anything runs.
import type { Compiled } from '../model/compiled';
import type { Node, Shape } from '../model/graph';
import { type Model, outputShape } from '../model/model';
import { type Cost, costOf, uncountedLayers } from '../ops/cost';
import { inferShapes } from '../ops/infer';
import { analyseChannels, type Channels } from './channels';
import { layerChannels } from './layer-channels';
import { channelsOf, type LayerPart, partsByLayer } from './layer-parts';
import { findMaxouts } from './maxout';

/** A shape as people write it: null where the size is only known when the model runs. */
export type OpenShape = readonly (number | null)[];

export interface LayerInspection extends Cost {
  readonly name: string;
  readonly type: string;
  /** Names of the layers it reads. */
  readonly from: readonly string[];
  /** With the batch. */
  readonly outputShape: OpenShape;
  /** Of the model's parameters, from 0 to 1. */
  readonly share: number;
  /** Neurons or filters it makes, in all its parts; null for a layer that makes none. */
  readonly channels: number | null;
  /** Whether some can be cut. */
  readonly prunable: boolean;
  /** Why none can. */
  readonly reason?: string;
  /** Layers and parts of layers that share channels with it: they are cut together. */
  readonly coupled?: readonly string[];
  /** Neurons a unit, of a maxout layer. */
  readonly neurons?: number;
  /** How many of its channels go at a time, where it is more than one. */
  readonly together?: number;
  /** Where it makes channels of several kinds, as an attention does: each is cut for itself. */
  readonly parts?: readonly LayerPart[];
  readonly weights: readonly { readonly name: string; readonly shape: readonly number[] }[];
}

export interface ModelInspection extends Cost {
  readonly format: string;
  readonly name: string;
  readonly inputs: readonly { readonly name: string; readonly shape: OpenShape }[];
  readonly layers: readonly LayerInspection[];
  /** Layers that may take more multiply-accumulates than are counted; absent where there are none. */
  readonly uncounted?: readonly string[];
  /** How it was trained, where its file says so. */
  readonly compiled?: Compiled;
}

/**
 * Reads no weights' values.
 * @param channels of the model's graph, where they are known already.
 */
export function inspectModel(model: Model, channels: Channels = analyseChannels(model.graph)): ModelInspection {
  const made = partsByLayer(layerChannels(model, channels));
  const units = new Map(findMaxouts(model).map(({ layer, neurons }) => [layer.name, neurons]));
  const sources = layerSources(model);
  const shapes = inferShapes(model.graph);
  const uncounted = uncountedLayers(model.graph);
  const { parameters, macs, bytes, layers: costs } = costOf(model);
  const layers = model.layers.map((layer, i): LayerInspection => {
    const parts = made.get(layer.name) ?? [];
    const able = parts.filter((part) => part.reason === undefined);
    const reason = parts.length === 0 ? 'it makes no channels' : able.length > 0 ? undefined : parts.at(-1)?.reason;
    // What a part shares that is kept anyway is cut with nothing.
    const own = new Set(parts.map(({ name }) => name));
    const shared = (able.length > 0 ? able : parts).flatMap((part) => part.coupled ?? []);
    const coupled = [...new Set(shared)].filter((name) => !own.has(name));
    const [only, ...others] = parts;
    const cost = costs[i] ?? { parameters: 0, macs: 0, bytes: 0 };
    const neurons = units.get(layer.name);
    return {
      name: layer.name,
      type: layer.type,
      from: sources.get(layer.name) ?? [],
      outputShape: [null, ...open(outputShape(layer, shapes).slice(1))],
      parameters: cost.parameters,
      share: parameters === 0 ? 0 : cost.parameters / parameters,
      macs: cost.macs,
      bytes: cost.bytes,
      channels: parts.length === 0 ? null : channelsOf(parts),
      prunable: reason === undefined,
      ...(reason !== undefined && { reason }),
      ...(coupled.length > 0 && { coupled }),
      ...(neurons !== undefined && { neurons }),
      ...(only && others.length === 0 && only.together > 1 && { together: only.together }),
      ...(others.length > 0 && { parts }),
      weights: layer.weights.flatMap((name) => {
        const weight = model.graph.weights.get(name);
        return weight ? [{ name, shape: weight.shape }] : [];
      }),
    };
  });
  return {
    format: model.container.format,
    name: model.name,
    inputs: model.graph.inputs.map(({ name, shape }) => ({ name, shape: open(shape) })),
    parameters,
    macs,
    bytes,
    layers,
    ...(uncounted.length > 0 && { uncounted }),
    ...(model.compiled && { compiled: model.compiled }),
  };
}

function open(shape: Shape): OpenShape {
  return shape.map((size) => (typeof size === 'number' ? size : null));
}

/** Names of the layers each layer reads from. What a layer reads may be what another made in another memory layout. */
function layerSources(model: Model): Map<string, string[]> {
  const outputs = new Map(model.layers.map(({ name, output }) => [output, name]));
  const makers = new Map<string, Node>();
  for (const node of model.graph.nodes) for (const value of node.outputs) makers.set(value, node);
  const trace = (values: readonly string[], reader: string): string[] => {
    const found = new Set<string>();
    const seen = new Set(values);
    for (const value of seen) {
      const source = outputs.get(value);
      if (source !== undefined && source !== reader) found.add(source);
      else for (const read of makers.get(value)?.inputs ?? []) seen.add(read);
    }
    return [...found];
  };
  return new Map(model.layers.map(({ name, inputs }) => [name, trace(inputs, name)]));
}
