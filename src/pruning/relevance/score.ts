// Scores every layer of a model by a measure, all in one pass over the data.
import type { Split } from '../../data/dataset';
import type { Engine } from '../../engines/engine';
import { UserError } from '../../errors';
import { sumOver } from '../../evaluation/sums';
import type { Model } from '../../model/model';
import { float32 } from '../../model/tensor';
import { loadValues } from '../../model/values';
import { weightValues } from '../../model/weight';
import { NodeEmitter } from '../../ops/emitter';
import { random } from '../../random';
import { analyseChannels, type Channels } from '../channels';
import { type LayerChannels, layerChannels, storedWeight } from '../layer-channels';
import { maxoutWins } from './maxout-wins';
import type { LayerWeights, Measure, Site } from './measure';
import { Sites } from './site';

/** The scores of a layer's channels. */
export interface LayerRelevance {
  readonly layer: string;
  readonly scores: Float64Array;
  /** Observations behind each score: samples × positions; 0 where no data was read. */
  readonly observations: number;
  /** Neurons a unit, where the layer feeds a maxout (or competes as if it did). */
  readonly neurons?: number;
  /** Name of the maxout layer it feeds, if any. */
  readonly maxout?: string;
}

export interface RelevanceOptions {
  /** Neurons a unit where the model has no maxout. */
  readonly k: number;
  readonly seed: number;
  /** Only these layers; default all that have channels to cut. */
  readonly layers?: readonly string[];
  onProgress?(samples: number, of: number): void;
  stopped?(): boolean;
}

/** Scores every layer with channels that can be cut. Throws UserError where the measure lacks what it needs. */
export async function measureRelevance(
  measure: Measure,
  model: Model,
  engine: Engine,
  split: Split | undefined,
  options: RelevanceOptions,
): Promise<LayerRelevance[]> {
  const channels = analyseChannels(model.graph);
  const layers = layerChannels(model, channels).filter(({ name, layer, frozen }) =>
    options.layers ? options.layers.includes(name) || options.layers.includes(layer.name) : frozen === undefined,
  );
  if (measure.fromNothing) {
    const { fromNothing } = measure;
    return layers.map(({ name, channels: own }) => {
      return { layer: name, scores: fromNothing(own.length, random(options.seed, 'relevance', name)), observations: 0 };
    });
  }
  const sites = new Sites(model, channels, options.k);
  if (measure.fromWeights) return fromWeights(measure, model, channels, layers, sites, options);
  if (split === undefined) throw new UserError(`The measure "${measure.name}" needs data: give --data.`);
  return fromActivations(
    measure,
    model,
    engine,
    split,
    layers.map((layer) => ({ name: layer.name, site: sites.siteOf(layer) })),
    options,
  );
}

async function fromWeights(
  measure: Measure,
  model: Model,
  channels: Channels,
  layers: readonly LayerChannels[],
  sites: Sites,
  options: RelevanceOptions,
): Promise<LayerRelevance[]> {
  const measured: LayerRelevance[] = [];
  for (const layer of layers) {
    const slices = measure.fromWeights?.(await weightsOf(model, layer, sites));
    if (slices === undefined) {
      if (options.layers === undefined) continue;
      throw new UserError(
        `The measure "${measure.name}" can't score layer "${layer.name}": it needs ${measure.description}`,
      );
    }
    measured.push({ layer: layer.name, scores: byNeuron(slices, layer, channels), observations: 0 });
  }
  if (measured.length === 0 && layers.length > 0) {
    throw new UserError(`The measure "${measure.name}" can't score any layer of this model. Choose another one.`);
  }
  return measured;
}

/** One layer's weights at a time are held in memory. */
async function weightsOf(model: Model, layer: LayerChannels, sites: Sites): Promise<LayerWeights> {
  const { graph } = model;
  const kernel = graph.weights.get(layer.weight.value);
  if (kernel === undefined) throw new Error(`no weight "${layer.weight.value}"`);
  const normalization = sites.normalizationOf(layer);
  const scale = graph.weights.get(storedWeight(graph, normalization?.inputs[1] ?? '') ?? '');
  return {
    kernel: float32(kernel.shape, await weightValues(kernel)),
    axis: layer.weight.axis,
    ...(scale && { scale: float32(scale.shape, await weightValues(scale)) }),
  };
}

/** Slices are neurons one to one, but where a neuron has several (the gates of an LSTM): their scores add up. */
function byNeuron(slices: Float64Array, { channels: own, weight }: LayerChannels, channels: Channels): Float64Array {
  if (slices.length === own.length) return slices;
  const neurons = new Map<number, number[]>();
  own.forEach((channel, neuron) => {
    neurons.set(channel, [...(neurons.get(channel) ?? []), neuron]);
  });
  const scores = new Float64Array(own.length);
  channels.of(weight.value, weight.axis)?.forEach((channel, slice) => {
    const sharing = neurons.get(channel) ?? [];
    for (const neuron of sharing) {
      scores[neuron] = (scores[neuron] as number) + (slices[slice] as number) / sharing.length;
    }
  });
  return scores;
}

interface NamedSite {
  readonly name: string;
  readonly site: Site;
}

async function fromActivations(
  measure: Measure,
  model: Model,
  engine: Engine,
  split: Split,
  sites: readonly NamedSite[],
  options: RelevanceOptions,
): Promise<LayerRelevance[]> {
  const emitter = new NodeEmitter('relevance');
  const outputs = sites.flatMap(({ site }) => {
    const sums = measure.fromActivations?.(emitter, site) ?? '';
    return [emitter.op('Identity', [sums]), observationsOf(emitter, site)];
  });
  const values = await loadValues(model.graph);
  const totals = await sumOver(engine, model.graph, values, split, emitter, outputs, progressOf(options));
  return sites.map(({ name, site }, i) => {
    const sums = totals[2 * i] ?? new Float64Array(site.channels);
    const observations = totals[2 * i + 1]?.[0] ?? 0;
    return {
      layer: name,
      scores: measure.fromSums?.(sums, observations) ?? sums,
      observations,
      ...(measure === maxoutWins && { neurons: site.neurons }),
      ...(site.maxout !== undefined && { maxout: site.maxout }),
    };
  });
}

/** Number of elements a channel has in a batch. */
function observationsOf(emitter: NodeEmitter, { before, channels }: Site): string {
  const size = emitter.op('Cast', [emitter.op('Size', [before.value])], { to: FLOAT });
  return emitter.op('Reshape', [emitter.op('Div', [size, emitter.float(channels)]), emitter.ints([1])]);
}

/** TensorProto.DataType FLOAT. */
const FLOAT = 1;

function progressOf({ onProgress, stopped }: RelevanceOptions): { onProgress(done: number, of: number): void } {
  return {
    onProgress(done, of) {
      onProgress?.(done, of);
      if (stopped?.()) throw new Stopped();
    },
  };
}

/** A person stopped the session. */
export class Stopped extends Error {
  override readonly name = 'Stopped';
}
