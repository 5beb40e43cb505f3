// What a recipe comes to, exactly, before anything runs: the graph is really cut, no weight is read.

import { openModel } from '../formats/open';
import type { Model } from '../model/model';
import { type Cost, costOf } from '../ops/cost';
import type { Figures, LayerPrediction, Prediction } from '../protocol/session';
import { analyseChannels } from '../pruning/channels';
import { cut } from '../pruning/cut';
import { layerChannels } from '../pruning/layer-channels';
import { cutWithinUnits, findMaxouts } from '../pruning/maxout';
import { prunableLayers } from '../pruning/plan';
import { planWidths } from '../pruning/plan-widths';
import type { Recipe } from './recipe';
import { stagesOf } from './stages/index';
import { maxoutLayers } from './stages/maxout';

/** Throws UserError where the recipe asks for what can't be. */
export async function predictRecipe(recipe: Recipe): Promise<Prediction> {
  const model = await openModel(recipe.model);
  const iterations = stagesOf(recipe, model).map(({ title }) => title);
  const [before, after] = [figuresOf(model), figuresOf(cutOf(recipe, model))];
  const layers = [...before.layers].map(([name, own]): LayerPrediction => {
    const left = after.layers.get(name);
    return { name, before: own, ...(left && { after: left }) };
  });
  return { before: before.total, after: after.total, layers, iterations };
}

/** The model as it is after all cuts. Which channels go is known only when it runs; how many, now. */
function cutOf(recipe: Recipe, model: Model): Model {
  if (recipe.prune.method === 'ratio') {
    return narrowed(
      model,
      prunableLayers(model, recipe.prune.layers).map(({ layer }) => layer.name),
      (channels) => {
        return channels - Math.floor(channels * recipe.prune.ratio);
      },
    );
  }
  const { present, layers } = maxoutLayers(recipe, model);
  if (!present) return narrowed(model, layers, (channels) => channels / recipe.prune.k);
  let current = model;
  for (const name of layers) {
    const maxout = findMaxouts(current).find(({ layer }) => layer.name === name);
    if (maxout === undefined) throw new Error(`no maxout "${name}"`);
    const removed = Array.from({ length: maxout.units * maxout.neurons }, (_, i) => i);
    current = cutWithinUnits(current, maxout, new Set(removed.filter((i) => i % maxout.neurons !== 0)));
  }
  return current;
}

function narrowed(model: Model, names: readonly string[], width: (channels: number) => number): Model {
  const layers = layerChannels(model, analyseChannels(model.graph)).filter(({ layer }) => names.includes(layer.name));
  const widths = new Map(layers.map(({ layer, channels }) => [layer.name, width(channels.length)]));
  const { channels, removed } = planWidths(model, [], widths);
  return { ...model, graph: cut(model.graph, channels, removed) };
}

type LayerFigures = Figures & { readonly channels: number | null };

function figuresOf(model: Model): { total: Figures; layers: Map<string, LayerFigures> } {
  const made = new Map(
    layerChannels(model, analyseChannels(model.graph)).map(({ layer, channels }) => [layer.name, channels.length]),
  );
  const { layers, ...total } = costOf(model);
  const figures = ({ parameters, macs, bytes }: Cost): Figures => ({ parameters, macs, bytes });
  return {
    total,
    layers: new Map(layers.map((layer) => [layer.name, { ...figures(layer), channels: made.get(layer.name) ?? null }])),
  };
}
