// The stages a recipe comes to for a model: each one measures, plans and cuts; the session then retrains and tests.
import type { Split } from '../data/dataset';
import type { Engine } from '../engines/engine';
import { UserError } from '../errors';
import type { Model } from '../model/model';
import { loadValues, withValues } from '../model/values';
import { cut } from '../pruning/cut';
import { introduceMaxout } from '../pruning/introduce';
import { cutWithinUnits, findMaxouts, type Maxout } from '../pruning/maxout';
import { type LayerCut, leastOfUnits, planWidths, prunableLayers } from '../pruning/plan';
import { measureOf } from '../pruning/relevance/index';
import { type LayerRelevance, measureRelevance } from '../pruning/relevance/score';
import { sparsify } from '../pruning/sparsify';
import type { Recipe } from './recipe';
import type { IterationKind, RelevanceRecord } from './record';

export interface Stage {
  readonly kind: IterationKind;
  readonly title: string;
  /** The model after the stage, before retraining. */
  apply(model: Model, context: StageContext): Promise<StageResult>;
}

export interface StageContext {
  readonly engine: Engine;
  readonly train: Split;
  /** Samples measured so far. */
  onMeasure(done: number, of: number): void;
  stopped(): boolean;
}

export interface StageResult {
  readonly model: Model;
  readonly cuts: readonly LayerCut[];
  readonly relevance: readonly RelevanceRecord[];
  /** Whether the model changed in what it computes, so that it is worth testing before retraining. */
  readonly changed: boolean;
}

/** The stages of a session on the model as it was given. Throws UserError where the recipe asks for what can't be. */
export function stagesOf(recipe: Recipe, original: Model): Stage[] {
  const neurons = recipe.prune.method === 'maxout' ? maxoutStages(recipe, original) : ratioStages(recipe, original);
  return [originalStage, ...neurons, ...weightStages(recipe)];
}

const originalStage: Stage = {
  kind: 'original',
  title: 'original',
  apply: async (model) => ({ model, cuts: [], relevance: [], changed: false }),
};

function maxoutStages(recipe: Recipe, original: Model): Stage[] {
  const present = findMaxouts(original);
  if (present.length > 0) {
    const chosen = chosenMaxouts(original, recipe.prune.layers);
    const most = Math.max(...chosen.map(({ neurons }) => neurons));
    return neuronStages(
      recipe,
      chosen.map(({ layer }) => layer.name),
      most,
    );
  }
  const layers = recipe.prune.layers ?? defaultLayers(original, recipe.prune.k);
  for (const { channels, layer } of prunableLayers(original, layers)) {
    if (channels.length % recipe.prune.k !== 0) {
      throw new UserError(
        `Layer "${layer.name}" has ${channels.length} neurons, which do not divide into units of ${recipe.prune.k}.`,
      );
    }
  }
  const introduce: Stage = {
    kind: 'maxout',
    title: `maxout of ${recipe.prune.k} neurons a unit`,
    async apply(model, { engine, train }) {
      let current = model;
      for (const layer of layers) current = await introduceMaxout(current, layer, recipe.prune.k, engine, train);
      return { model: current, cuts: [], relevance: [], changed: true };
    },
  };
  return [introduce, ...neuronStages(recipe, undefined, recipe.prune.k)];
}

/** The maxout layers named, by their own name or that of the layer whose neurons they take the maximum of. */
function chosenMaxouts(model: Model, names: readonly string[] | undefined): Maxout[] {
  const all = findMaxouts(model);
  if (names === undefined) return all;
  return names.map((name) => {
    const position = model.layers.findIndex((layer) => layer.name === name);
    const found =
      all.find(({ layer }) => layer.name === name) ??
      all.find(
        ({ layer }) => position >= 0 && model.layers.indexOf(layer) > position && feeds(model, name, layer.name),
      );
    if (found === undefined) {
      throw new UserError(
        `Layer "${name}" has no maxout behind it. The model's maxout layers: ${all.map(({ layer }) => layer.name).join(', ')}.`,
      );
    }
    return found;
  });
}

/** Whether one layer leads to another through layers without weights. */
function feeds(model: Model, from: string, to: string): boolean {
  const target = model.layers.find((layer) => layer.name === to);
  const before = model.layers.find((layer) => target?.inputs.includes(layer.output));
  return (
    before !== undefined && (before.name === from || (before.weights.length === 0 && feeds(model, from, before.name)))
  );
}

/** Every hidden Dense layer that can be pruned and divides into units; in a network without, every layer that does. */
function defaultLayers(model: Model, k: number): string[] {
  const all = prunableLayers(model, undefined).filter(
    ({ coupled, channels }) => coupled.length === 0 && channels.length % k === 0,
  );
  const dense = all.filter(({ layer }) => layer.type === 'Dense');
  const names = (dense.length > 0 ? dense : all).map(({ layer }) => layer.name);
  if (names.length === 0) {
    throw new UserError(
      `The model has no layer that can take a maxout of ${k} neurons a unit. Try another --k, or prune by a ratio: --ratio 0.5.`,
    );
  }
  return names;
}

/** k − 1 stages, each of which takes the least relevant neuron of every unit. */
function neuronStages(recipe: Recipe, names: readonly string[] | undefined, k: number): Stage[] {
  return Array.from({ length: k - 1 }, (_, i): Stage => {
    const left = k - 1 - i;
    return {
      kind: 'neurons',
      title: left === 1 ? '1 neuron a unit' : `${left} neurons a unit`,
      async apply(model, context) {
        const values = await loadValues(model.graph);
        const maxouts = findMaxouts(model).filter(
          ({ layer, neurons }) => (names?.includes(layer.name) ?? true) && neurons > left,
        );
        const scores = await measureRelevance(measureOf('maxout'), model, context.engine, values, context.train, {
          k,
          seed: recipe.seed,
          onProgress: context.onMeasure,
          stopped: context.stopped,
        });
        let current = model;
        const cuts: LayerCut[] = [];
        const relevance: RelevanceRecord[] = [];
        for (const maxout of maxouts) {
          const own = scores.find((candidate) => candidate.maxout === maxout.layer.name);
          if (own === undefined) throw new Error(`no scores for the neurons of "${maxout.layer.name}"`);
          const now = findMaxouts(current).find(({ layer }) => layer.name === maxout.layer.name) ?? maxout;
          const removed = leastOfUnits(now, own.scores);
          cuts.push({ layer: own.layer, channels: own.scores.length, removed: [...removed] });
          relevance.push(recordOf(own, 'maxout'));
          current = cutWithinUnits(current, now, removed);
        }
        return { model: current, cuts, relevance, changed: true };
      },
    };
  });
}

function ratioStages(recipe: Recipe, original: Model): Stage[] {
  const { ratio, iterations, measure } = recipe.prune;
  const layers = prunableLayers(original, recipe.prune.layers).map(({ layer, channels }) => ({
    name: layer.name,
    channels: channels.length,
  }));
  if (layers.length === 0) throw new UserError('The model has no layer with channels that can be cut.');
  return Array.from({ length: iterations }, (_, i): Stage => {
    const share = (ratio * (i + 1)) / iterations;
    return {
      kind: 'neurons',
      title: `${Math.round(share * 100)} % of the channels by ${measure}`,
      async apply(model, context) {
        const values = await loadValues(model.graph);
        const scores = await measureRelevance(measureOf(measure), model, context.engine, values, context.train, {
          k: recipe.prune.k,
          seed: recipe.seed,
          layers: layers.map(({ name }) => name),
          onProgress: context.onMeasure,
          stopped: context.stopped,
        });
        const widths = new Map(layers.map(({ name, channels }) => [name, channels - Math.floor(channels * share)]));
        const plan = planWidths(model, scores, widths);
        const graph = cut(model.graph, plan.channels, plan.removed);
        return {
          model: { ...model, graph },
          cuts: plan.cuts,
          relevance: scores.map((score) => recordOf(score, measure)),
          changed: true,
        };
      },
    };
  });
}

function weightStages({ weights }: Recipe): Stage[] {
  if (weights === undefined) return [];
  return Array.from({ length: weights.iterations }, (_, i): Stage => {
    const keep = weights.keep ** ((i + 1) / weights.iterations);
    return {
      kind: 'weights',
      title: `${Math.round(keep * 1000) / 10} % of the weights`,
      async apply(model) {
        const values = await loadValues(model.graph);
        const sparse = sparsify(model.graph, values, keep);
        return {
          model: { ...model, graph: withValues(model.graph, sparse.values, values) },
          cuts: [],
          relevance: [],
          changed: true,
        };
      },
    };
  });
}

function recordOf({ layer, scores, observations, neurons }: LayerRelevance, measure: string): RelevanceRecord {
  return { layer, measure, scores: [...scores], observations, ...(neurons !== undefined && { neurons }) };
}
