// The paper's iteration: maxout is put on the layers where the model has none, then the least relevant neuron of every
// unit goes, again and again, until one a unit is left.
import { UserError } from '../../errors';
import type { Model } from '../../model/model';
import { introduceMaxout } from '../../pruning/introduce';
import { cutWithinUnits, findMaxouts, leastOfUnits, type Maxout } from '../../pruning/maxout';
import { type LayerCut, prunableLayers } from '../../pruning/plan';
import { measureOf } from '../../pruning/relevance/index';
import { measureRelevance } from '../../pruning/relevance/score';
import type { Recipe } from '../recipe';
import type { RelevanceRecord } from '../record';
import { recordOf, type Stage } from '../stage';

/**
 * The layers that the method maxout works on: the model's own maxout layers, or those that maxout is put on.
 * Throws UserError where the recipe names others.
 */
export function maxoutLayers(recipe: Recipe, original: Model): { present: boolean; layers: readonly string[] } {
  if (findMaxouts(original).length > 0) {
    return { present: true, layers: chosenMaxouts(original, recipe.prune.layers).map(({ layer }) => layer.name) };
  }
  return { present: false, layers: recipe.prune.layers ?? defaultLayers(original, recipe.prune.k) };
}

export function maxoutStages(recipe: Recipe, original: Model): Stage[] {
  const { present, layers } = maxoutLayers(recipe, original);
  if (present) {
    const chosen = findMaxouts(original).filter(({ layer }) => layers.includes(layer.name));
    return neuronStages(recipe, layers, Math.max(...chosen.map(({ neurons }) => neurons)));
  }
  for (const { channels, layer } of prunableLayers(original, layers)) {
    if (channels.length % recipe.prune.k !== 0) {
      throw new UserError(
        `Layer "${layer.name}" has ${channels.length} neurons, which do not divide into units of ${recipe.prune.k}.`,
      );
    }
  }
  const introduce: Stage = {
    kind: 'maxout',
    ...(recipe.retrain.maxoutEpochs !== undefined && { epochs: recipe.retrain.maxoutEpochs }),
    title: `maxout of ${recipe.prune.k} neurons a unit`,
    async apply(model, { engine, train }) {
      if (train === undefined)
        throw new UserError('Putting maxout on layers wants data to see which neurons are alike.');
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
        const maxouts = findMaxouts(model).filter(
          ({ layer, neurons }) => (names?.includes(layer.name) ?? true) && neurons > left,
        );
        const scores = await measureRelevance(measureOf('maxout'), model, context.engine, context.train, {
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
