// Asks which data a model is measured, retrained and tested on: once, then it is remembered with the model's plan.
import { basename, dirname, relative } from 'node:path';
import * as vscode from 'vscode';
import type { DataChoice } from '../protocol/recipe-file';
import type { OpenModel } from './open-model';

/** Data chosen for other models of this workspace, the latest first. */
const RECENT = 'recentData';
const MAX_RECENT = 5;

interface Choice extends vscode.QuickPickItem {
  choose(): Promise<string | undefined>;
}

/** The data chosen before, or what a person chooses now; undefined where they choose nothing. */
export async function dataFor(model: OpenModel, memory: vscode.Memento): Promise<DataChoice | undefined> {
  return model.data ?? chooseData(model, memory);
}

/** Asks anew. */
export async function chooseData(model: OpenModel, memory: vscode.Memento): Promise<DataChoice | undefined> {
  const recent = memory.get<string[]>(RECENT, []);
  const picked = await vscode.window.showQuickPick(choices(recent), {
    title: `Data for ${model.title}`,
    placeHolder: 'The data the model is measured, retrained and tested on',
    ignoreFocusOut: true,
  });
  const source = await picked?.choose();
  if (source === undefined) return undefined;
  const { scale, mean, deviation, validation } = model.recipe.data;
  const data: DataChoice = {
    source,
    ...(scale !== undefined && { scale }),
    ...(mean !== undefined && { mean }),
    ...(deviation !== undefined && { deviation }),
    ...(validation !== undefined && { validation }),
  };
  await model.plan({ ...model.recipe, data });
  const others = recent.filter((other) => other !== source);
  await memory.update(RECENT, [source, ...others].slice(0, MAX_RECENT));
  return data;
}

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
