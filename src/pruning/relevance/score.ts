// Scores every layer of a model by a measure.
import type { Split } from '../../data/dataset';
import type { Engine } from '../../engines/engine';
import { UserError } from '../../errors';
import type { Model } from '../../model/model';
import { random } from '../../random';
import type { LossName } from '../../training/loss/loss';
import { analyseChannels } from '../channels';
import { layerChannels } from '../layer-channels';
import { fromActivations } from './from-activations';
import { fromGradients } from './from-gradients';
import { fromWeights } from './from-weights';
import type { Measure, Site } from './measure';
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
  /** For measures that need gradients; default: what suits the targets. */
  readonly loss?: LossName;
  /** Only these layers; default all that have channels to cut. */
  readonly layers?: readonly string[];
  onProgress?(samples: number, of: number): void;
  stopped?(): boolean;
}

/** A layer and where it is observed. */
export interface NamedSite {
  readonly name: string;
  readonly site: Site;
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
  if (measure.fromWeights) return fromWeights(measure, model, engine, channels, layers, sites);
  if (split === undefined) throw new UserError(`The measure "${measure.name}" needs data: give --data.`);
  const observed = layers.map((layer) => ({ name: layer.name, site: sites.siteOf(layer) }));
  const from = measure.needs === 'gradients' ? fromGradients : fromActivations;
  return from(measure, model, engine, split, observed, options);
}
