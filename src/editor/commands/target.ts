// Which model a command is about: the one it was called on, the one in front, or one that a person picks.

import { readFile } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join } from 'node:path';
import * as vscode from 'vscode';
import { messageOf, UserError } from '../../errors';
import type { RecipeFile } from '../../protocol/recipe-file';
import { activePath } from '../active-model';
import { isModel } from '../model-files';
import { type OpenModel, titleOf } from '../open-model';
import type { Services } from '../services';

/** What menus, CodeLenses and trees pass to a command. */
export type Target = vscode.Uri | OpenModel | undefined;

export const RECIPE_SUFFIX = '.prune.json';

/** undefined where a person picked none. Rejects where the target is no model. */
export async function modelOf(
  services: Services,
  target: Target,
  ask = 'The model to prune',
): Promise<OpenModel | undefined> {
  if (target !== undefined && !isUri(target)) return target;
  const path = target?.fsPath ?? activePath();
  if (path?.endsWith(RECIPE_SUFFIX)) return modelOfRecipe(services, path);
  if (path !== undefined && (await isModel(path))) return services.models.at(path);
  if (target !== undefined) {
    throw new UserError(
      `${basename(target.fsPath)} is no model that Neuron Pruner reads: it reads TF.js layers models, Keras (.h5, .keras) and ONNX.`,
    );
  }
  if (services.active.model !== undefined && path === undefined) return services.active.model;
  return pickModel(services, ask);
}

export async function pickModel(services: Services, ask: string): Promise<OpenModel | undefined> {
  const paths = await services.files.list();
  if (paths.length === 0) {
    const create = 'Create Example';
    const message = 'This workspace holds no model: no TF.js model.json, no .h5, .keras or .onnx file.';
    const choice = await vscode.window.showInformationMessage(message, create);
    if (choice === create) await vscode.commands.executeCommand('neuronPruner.createExample');
    return undefined;
  }
  const picked = await vscode.window.showQuickPick(
    paths.map((path) => ({
      label: titleOf(path),
      description: vscode.workspace.asRelativePath(path),
      path,
    })),
    { placeHolder: ask, matchOnDescription: true },
  );
  return picked && services.models.at(picked.path);
}

/** The model a recipe names, with the recipe as its plan. */
async function modelOfRecipe(services: Services, path: string): Promise<OpenModel> {
  const recipe = await readRecipe(path);
  const folder = dirname(path);
  const resolved = (name: string): string => (isAbsolute(name) ? name : join(folder, name));
  const model = services.models.at(resolved(recipe.model));
  const { $schema: _, data, ...rest } = recipe;
  await model.plan({
    ...rest,
    model: model.path,
    ...(data && { data: { ...data, source: data.source === 'digits' ? data.source : resolved(data.source) } }),
  });
  return model;
}

async function readRecipe(path: string): Promise<RecipeFile> {
  try {
    const recipe = JSON.parse(await readFile(path, 'utf8')) as Partial<RecipeFile>;
    const { model, data } = recipe;
    if (typeof model === 'string' && (data === undefined || typeof data.source === 'string'))
      return recipe as RecipeFile;
  } catch (error) {
    throw new UserError(`The recipe ${path} cannot be read: ${messageOf(error)}`);
  }
  throw new UserError(`The recipe ${path} must name a "model", and where it has "data" their "source".`);
}

function isUri(target: vscode.Uri | OpenModel): target is vscode.Uri {
  return target instanceof vscode.Uri;
}
