// The data that a recipe names, opened, and fitted to a model.
import type { Dataset } from '../data/dataset';
import { fitDataset, interfaceOf } from '../data/fit';
import { openDataset } from '../data/open';
import type { Graph } from '../model/graph';
import type { DataChoice } from '../protocol/recipe-file';
import { lossOf } from '../training/loss/index';
import type { Recipe } from './recipe';

/** Throws UserError where there is no such data. */
export function openData({ source, validation, ...normalization }: DataChoice, seed: number): Promise<Dataset> {
  return openDataset(source, { normalization, ...(validation !== undefined && { validation }), seed });
}

/** Throws UserError where there is no such data, or it does not fit the model. */
export async function openRecipeData({ data, retrain, seed }: Recipe, graph: Graph): Promise<Dataset> {
  return fitDataset(await openData(data, seed), interfaceOf(graph), {
    ...(retrain.loss !== undefined && { numbersAs: lossOf(retrain.loss).target }),
  });
}
