// Asks which data a model is measured, retrained and tested on, or whether on none: once, then it is remembered with the
// model's plan.
import { basename, dirname, relative } from 'node:path';
import * as vscode from 'vscode';
import type { DataChoice, RecipeFile } from '../protocol/recipe-file';
import type { OpenModel } from './open-model';
import { planWithoutData } from './plan-without-data';
import type { Services } from './services';

/** Data chosen for other models of this workspace, the latest first. */
const RECENT = 'recentData';
const MAX_RECENT = 5;

interface Choice extends vscode.QuickPickItem {
  /** Absent where a model is pruned without data. */
  readonly choose?: () => Promise<string | undefined>;
}

/** Whether it is settled what a model is pruned on, be it nothing; asks where nobody has said yet. */
export async function settleData(services: Services, model: OpenModel): Promise<boolean> {
  if (model.data === undefined && !model.withoutData) await chooseData(services, model);
  return model.data !== undefined || model.withoutData;
}

/** The data chosen before, or what a person chooses now; undefined where they choose none. */
export async function dataFor(services: Services, model: OpenModel): Promise<DataChoice | undefined> {
  if (model.data === undefined) await chooseData(services, model, [WITHOUT]);
  return model.data;
}

/** Asks anew. @param not what is no choice here. */
export async function chooseData(services: Services, model: OpenModel, not: readonly Choice[] = []): Promise<void> {
  const memory = services.context.workspaceState;
  const recent = memory.get<string[]>(RECENT, []);
  const picked = await vscode.window.showQuickPick(
    choices(recent).filter((choice) => !not.includes(choice)),
    {
      title: `Data for ${model.title}`,
      placeHolder: 'The data the model is measured, retrained and tested on',
      ignoreFocusOut: true,
    },
  );
  if (picked === undefined) return;
  if (picked.choose === undefined) {
    await model.planDefaults();
    return model.plan(planWithoutData(model.recipe, await services.inquiries.measures()));
  }
  const source = await picked.choose();
  if (source === undefined) return;
  await model.plan(withData(model, source));
  await model.planDefaults();
  const others = recent.filter((other) => other !== source);
  await memory.update(RECENT, [source, ...others].slice(0, MAX_RECENT));
}

/** What was planned without data is planned anew. */
function withData({ path, recipe }: OpenModel, source: string): RecipeFile {
  if (recipe.data === undefined) return { model: path, data: { source } };
  const { scale, mean, deviation, validation } = recipe.data;
  const data: DataChoice = {
    source,
    ...(scale !== undefined && { scale }),
    ...(mean !== undefined && { mean }),
    ...(deviation !== undefined && { deviation }),
    ...(validation !== undefined && { validation }),
  };
  return { ...recipe, data };
}

const WITHOUT: Choice = {
  label: '$(circle-slash) Without data',
  description: 'one cut by the weights alone; nothing is retrained, and how well the model still does is not known',
};

function choices(recent: readonly string[]): Choice[] {
  const known = (source: string): Choice => ({
    label: `$(history) ${basename(source)}`,
    description: workspaceRelative(dirname(source)),
    choose: async () => source,
  });
  return [
    {
      label: '$(symbol-numeric) Built-in digits',
      description: '28×28 images of digits 0 to 9, made by the extension; no file needed',
      choose: async () => 'digits',
    },
    ...recent.filter((source) => source !== 'digits').map(known),
    {
      label: '$(folder) Folder…',
      description: 'IDX files, images in a folder for each class',
      choose: () => browse(true),
    },
    { label: '$(file) File…', description: 'npz, csv, one of the IDX files', choose: () => browse(false) },
    WITHOUT,
  ];
}

async function browse(folders: boolean): Promise<string | undefined> {
  const [uri] =
    (await vscode.window.showOpenDialog({
      canSelectFolders: folders,
      canSelectFiles: !folders,
      openLabel: 'Use This Data',
      title: 'Data to measure, retrain and test on',
    })) ?? [];
  return uri?.fsPath;
}

function workspaceRelative(path: string): string {
  const root = vscode.workspace.getWorkspaceFolder(vscode.Uri.file(path))?.uri.fsPath;
  return root === undefined ? path : relative(root, path) || '.';
}
