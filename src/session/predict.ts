// What a recipe comes to, exactly, before anything runs: no weight is cut. Fast enough to follow a slider, so the model
// and what was measured on it are kept from one question to the next.
import { stat } from 'node:fs/promises';
import { onnxruntime } from '../engines/onnxruntime';
import { openModel } from '../formats/open';
import type { Model } from '../model/model';
import { type Cost, costOf, type ModelCost, uncountedLayers } from '../ops/cost';
import type { Figures, LayerFigures, LayerPrediction, Prediction } from '../protocol/session';
import { analyseChannels } from '../pruning/channels';
import { cut } from '../pruning/cut';
import { familiesOf } from '../pruning/families';
import { layerChannels } from '../pruning/layer-channels';
import { channelsOf, type LayerPart, partsByLayer } from '../pruning/layer-parts';
import { cutWithinUnits, findMaxouts } from '../pruning/maxout';
import type { Plan } from '../pruning/plan';
import { planWidths } from '../pruning/plan-widths';
import { costPredictor, goneOf } from '../pruning/predict';
import { measureOf } from '../pruning/relevance/index';
import { type LayerRelevance, measureRelevance } from '../pruning/relevance/score';
import type { Recipe } from './recipe';
import { candidatesFor, measuredLayers } from './stages/candidates';
import { checkCandidates, methodOf } from './stages/choosing';
import { stagesOf } from './stages/index';
import { maxoutLayers } from './stages/maxout';
import { describedModel } from './stages/quantize';

/** Stands in for a measure that would have to read data first. */
const STAND_IN = 'l1';

/** A model that questions are asked about, and the scores that were measured on it. */
interface Known {
  readonly path: string;
  /** Changes when the file does. */
  readonly stamp: string;
  readonly model: Model;
  readonly uncounted: readonly string[];
  readonly relevance: Map<string, readonly LayerRelevance[]>;
}

export class Predictor {
  #known: Known | undefined;

  /** Keeps scores of a model for the predictions to come. */
  async remember(path: string, measure: string, k: number, relevance: readonly LayerRelevance[]): Promise<void> {
    (await this.#open(path)).relevance.set(keyOf(measure, k), relevance);
  }

  /** Throws UserError where the recipe asks for what can't be. */
  async predict(recipe: Recipe): Promise<Prediction> {
    const prediction = await this.#predict(recipe);
    const { uncounted } = await this.#open(recipe.model);
    return { ...prediction, ...(uncounted.length > 0 && { uncounted }) };
  }

  async #predict(recipe: Recipe): Promise<Prediction> {
    const known = await this.#open(recipe.model);
    const { model } = known;
    if (recipe.prune.method === 'search') {
      checkCandidates(recipe.prune, model);
      const figures = figuresOf(model);
      return { ...compared(figures, figures), iterations: ['original'], open: measuredLayers(recipe.prune, model) };
    }
    const iterations = stagesOf(recipe, model).map(({ title }) => title);
    const { quantize } = recipe;
    const stored = (own: Model): Model => (quantize ? describedModel(own, quantize) : own);
    if (recipe.prune.method === 'maxout') {
      return { ...compared(figuresOf(model), figuresOf(stored(cutByMaxout(recipe, model)))), iterations };
    }
    const scored = await this.#relevanceFor(recipe, known);
    const plan = methodOf(recipe.prune, model).plan(model, candidatesFor(recipe.prune, model, scored?.relevance), 1);
    const after = figuresWithout(model, stored(model), plan);
    return { ...compared(figuresOf(model), after), iterations, ...(scored && { measure: scored.measure }) };
  }

  /** Scores where the plan depends on them; a share of every layer is the same number of channels whichever they are. */
  async #relevanceFor(
    { prune, seed }: Recipe,
    { model, relevance }: Known,
  ): Promise<{ measure: string; relevance: readonly LayerRelevance[] } | undefined> {
    if (prune.method === 'ratio') return undefined;
    const taken = relevance.get(keyOf(prune.measure, prune.k));
    if (taken) return { measure: prune.measure, relevance: taken };
    const { needs } = measureOf(prune.measure);
    const measure = needs === 'weights' || needs === 'nothing' ? prune.measure : STAND_IN;
    const layers = measuredLayers(prune, model);
    const own =
      relevance.get(keyOf(measure, prune.k)) ??
      (await measureRelevance(measureOf(measure), model, onnxruntime(), undefined, { k: prune.k, seed, layers }));
    return { measure, relevance: own };
  }

  async #open(path: string): Promise<Known> {
    const { mtimeMs, size } = await stat(path).catch(() => ({ mtimeMs: 0, size: 0 }));
    const stamp = `${mtimeMs} ${size}`;
    if (this.#known?.path !== path || this.#known.stamp !== stamp) {
      const model = await openModel(path);
      this.#known = { path, stamp, model, uncounted: uncountedLayers(model.graph), relevance: new Map() };
    }
    return this.#known;
  }
}

function keyOf(measure: string, k: number): string {
  return measure === 'maxout' ? `maxout ${k}` : measure;
}

/** The model as it is after all cuts. Which channels go is known only when it runs; how many, now. */
function cutByMaxout(recipe: Recipe, model: Model): Model {
  const { present, layers } = maxoutLayers(recipe, model);
  if (!present) {
    const widths = layerChannels(model, analyseChannels(model.graph))
      .filter(({ layer }) => layers.includes(layer.name))
      .map(({ name, channels }) => [name, channels.length / recipe.prune.k] as const);
    const { channels, removed } = planWidths(model, undefined, new Map(widths));
    return { ...model, graph: cut(model.graph, channels, removed) };
  }
  let current = model;
  for (const name of layers) {
    const maxout = findMaxouts(current).find(({ layer }) => layer.name === name);
    if (maxout === undefined) throw new Error(`no maxout "${name}"`);
    const removed = Array.from({ length: maxout.units * maxout.neurons }, (_, i) => i);
    current = cutWithinUnits(current, maxout, new Set(removed.filter((i) => i % maxout.neurons !== 0)));
  }
  return current;
}

interface ModelFigures {
  readonly total: Figures;
  readonly layers: ReadonlyMap<string, LayerFigures>;
}

function figuresOf(model: Model): ModelFigures {
  return figuresWith(costOf(model), partsOf(model));
}

/** @param stored the model as it will be stored. */
function figuresWithout(model: Model, stored: Model, { channels, removed, cuts }: Plan): ModelFigures {
  const families = familiesOf(channels);
  const cost = costPredictor(stored, channels, families)(goneOf(families, removed));
  const gone = new Map(cuts.map((own) => [own.layer, own.removed.length]));
  const left = [...partsOf(model)].map(([layer, parts]): [string, LayerPart[]] => [
    layer,
    parts.map((part) => ({ ...part, channels: part.channels - (gone.get(part.name) ?? 0) })),
  ]);
  return figuresWith(cost, new Map(left));
}

function partsOf(model: Model): Map<string, readonly LayerPart[]> {
  return partsByLayer(layerChannels(model, analyseChannels(model.graph)));
}

function figuresWith({ layers, ...total }: ModelCost, made: ReadonlyMap<string, readonly LayerPart[]>): ModelFigures {
  const figures = ({ parameters, macs, bytes }: Cost): Figures => ({ parameters, macs, bytes });
  return {
    total: figures(total),
    layers: new Map(
      layers.map((layer) => {
        const parts = made.get(layer.name) ?? [];
        const several = parts.length > 1 && { parts: parts.map(({ name, channels }) => ({ name, channels })) };
        const channels = parts.length === 0 ? null : channelsOf(parts);
        return [layer.name, { ...figures(layer), channels, ...several }];
      }),
    ),
  };
}

function compared(before: ModelFigures, after: ModelFigures): Pick<Prediction, 'before' | 'after' | 'layers'> {
  const layers = [...before.layers].map(([name, own]): LayerPrediction => {
    const left = after.layers.get(name);
    return { name, before: own, ...(left && { after: left }) };
  });
  return { before: before.total, after: after.total, layers };
}
