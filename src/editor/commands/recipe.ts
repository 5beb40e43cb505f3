// New Recipe: the plan of a model as a file that the command line runs unchanged.
import { existsSync } from 'node:fs';
import { basename, dirname, extname, join, relative } from 'node:path';
import * as vscode from 'vscode';
import type { RecipeFile } from '../../protocol/recipe-file';
import { settleData } from '../data-choice';
import type { OpenModel } from '../open-model';
import type { Services } from '../services';
import { modelOf, RECIPE_SUFFIX, type Target } from './target';

export async function newRecipe(services: Services, target: Target): Promise<void> {
  const model = await modelOf(services, target, 'The model to write a recipe for');
  if (model === undefined) return;
  await model.inspection();
  if (!(await settleData(services, model))) return;
  await model.planDefaults();
  await saveRecipe(model);
}

/** Writes the plan beside the model, under a name that is not taken, and opens it. */
export async function saveRecipe(model: OpenModel): Promise<void> {
  const title = basename(model.title, extname(model.title));
  let path = join(dirname(model.path), `${title}${RECIPE_SUFFIX}`);
  for (let i = 2; existsSync(path); i++) path = join(dirname(model.path), `${title}-${i}${RECIPE_SUFFIX}`);
  const uri = vscode.Uri.file(path);
  const text = `${JSON.stringify(relativeTo(dirname(path), model.recipe), null, 2)}\n`;
  await vscode.workspace.fs.writeFile(uri, Buffer.from(text));
  await vscode.window.showTextDocument(uri);
}

/** With paths as a file in that folder writes them. */
function relativeTo(folder: string, recipe: RecipeFile): RecipeFile {
  const named = (path: string): string => relative(folder, path).replaceAll('\\', '/');
  const { data } = recipe;
  return {
    ...recipe,
    model: named(recipe.model),
    ...(data && { data: { ...data, source: data.source === 'digits' ? data.source : named(data.source) } }),
  };
}
