// Scores every layer of a model by a measure, all in one pass over the data.
import type { Split } from '../../data/dataset';
import type { Engine } from '../../engines/engine';
import { UserError } from '../../errors';
import { sumOver } from '../../evaluation/sums';
import type { Model } from '../../model/model';
import { elementCount } from '../../model/tensor';
import type { Values } from '../../model/values';
import { NodeEmitter } from '../../ops/emitter';
import { random } from '../../random';
import { analyseChannels } from '../channels';
import { type LayerChannels, layerChannels } from '../layer-channels';
import { maxoutWins } from './maxout-wins';
import type { Measure } from './measure';
import { siteOf } from './site';

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

/** Scores every layer with channels that can be cut. */
export async function measureRelevance(
  measure: Measure,
  model: Model,
  engine: Engine,
  values: Values,
  split: Split | undefined,
  options: RelevanceOptions,
): Promise<LayerRelevance[]> {
  const channels = analyseChannels(model.graph);
  const layers = layerChannels(model, channels).filter(({ layer, frozen }) =>
    options.layers ? options.layers.includes(layer.name) : frozen === undefined,
  );
  const { fromWeights, fromActivations, fromNothing } = measure;
  const result = (layer: LayerChannels, scores: Float64Array): LayerRelevance => ({
    layer: layer.layer.name,
    scores,
    observations: 0,
  });
  if (fromNothing) {
    return layers.map((layer) => {
      return result(layer, fromNothing(layer.channels.length, random(options.seed, 'relevance', layer.layer.name)));
    });
  }
  if (fromWeights) {
    return layers.map((layer) => {
      const kernel = values.get(layer.weight.value);
      if (kernel === undefined) throw new Error(`no values for weight "${layer.weight.value}"`);
      return result(layer, fromWeights(kernel, layer.weight.axis));
    });
  }
  if (!fromActivations || split === undefined)
    throw new UserError(`The measure "${measure.name}" needs data: give --data.`);

  const sites = layers.map((layer) => ({ layer, site: siteOf(model, layer, options.k) }));
  const emitter = new NodeEmitter('relevance');
  const sums = sites.map(({ site }) => emitter.op('Identity', [fromActivations(emitter, site)]));
  const totals = await sumOver(engine, model.graph, values, split, emitter, sums, {
    onProgress(done, of) {
      options.onProgress?.(done, of);
      if (options.stopped?.()) throw new Stopped();
    },
  });
  return sites.map(({ layer, site }, i) => ({
    layer: layer.layer.name,
    scores: totals[i] ?? new Float64Array(site.channels),
    observations: split.count * elementCount(site.positions),
    ...(measure === maxoutWins && { neurons: site.neurons }),
    ...(site.maxout !== undefined && { maxout: site.maxout }),
  }));
}

/** A person stopped the session. */
export class Stopped extends Error {
  override readonly name = 'Stopped';
}
