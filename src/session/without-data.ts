// Pruning a model without data at hand: by a measure of weights, in one cut, with nothing retrained and nothing tested.
import { dirname, join } from 'node:path';
import { UserError } from '../errors';
import { checkNewFolder, writeFolder } from '../formats/files';
import { openModel } from '../formats/open';
import type { Model } from '../model/model';
import { modelName } from '../model/model-name';
import { type Cost, costOf } from '../ops/cost';
import type { LayerCut } from '../pruning/plan';
import { MEASURES, measureOf } from '../pruning/relevance/index';
import { nonZeroCount } from '../pruning/sparsify';
import { chooseEngine } from '../training/choose-engine';
import type { Recipe } from './recipe';
import { stagesOf } from './stages/index';
import { parseUntil } from './until';

export interface CutRecord {
  /** Path or folder of the result. */
  readonly out: string;
  readonly before: Cost & { readonly nonZero: number };
  readonly after: Cost & { readonly nonZero: number };
  readonly cuts: readonly LayerCut[];
}

/** Throws UserError where the recipe asks for what only data can give. */
export async function pruneWithoutData(recipe: Recipe, out?: string): Promise<CutRecord> {
  checkWithoutData(recipe);
  const original = await openModel(recipe.model);
  const folder = out ?? join(dirname(recipe.model), `${modelName(recipe.model)}-pruned`);
  await checkNewFolder(folder);
  // Between cuts nothing is retrained, so that several are one.
  const { weights } = recipe;
  const once: Recipe = {
    ...recipe,
    prune: { ...recipe.prune, iterations: 1 },
    ...(weights && { weights: { ...weights, iterations: 1 } }),
  };
  const { engine } = await chooseEngine(recipe.engine, original.graph, { threads: recipe.threads });
  const cuts: LayerCut[] = [];
  let model = original;
  for (const stage of stagesOf(once, original)) {
    const result = await stage.apply(model, { engine, onMeasure: () => undefined, stopped: () => false });
    model = result.model;
    cuts.push(...result.cuts);
  }
  await writeFolder(folder, async (partial) => {
    await model.container.write(model, partial);
  });
  return { out: folder, before: await figuresOf(original), after: await figuresOf(model), cuts };
}

function checkWithoutData({ prune, retrain, until }: Recipe): void {
  const weightMeasures = [...MEASURES.values()].filter(({ needs }) => needs === 'weights' || needs === 'nothing');
  const instead = `Give data, or prune by a measure of weights: ${weightMeasures.map(({ name }) => name).join(', ')}.`;
  if (prune.method === 'maxout')
    throw new UserError(`The method maxout measures on data, and none is given. ${instead}`);
  if (!weightMeasures.includes(measureOf(prune.measure))) {
    throw new UserError(`The measure "${prune.measure}" reads data, and none is given. ${instead}`);
  }
  if (retrain.epochs > 0)
    throw new UserError('Retraining wants data, and none is given: --no-retrain (retrain.epochs 0 in a recipe).');
  if (prune.method === 'search' || (until !== undefined && parseUntil(until).rule !== 'size')) {
    throw new UserError('What decides by the score wants data, and none is given.');
  }
}

async function figuresOf(model: Model): Promise<CutRecord['before']> {
  const { parameters, macs, bytes } = costOf(model);
  return { parameters, macs, bytes, nonZero: await nonZeroCount(model.graph) };
}
