// The extension's settings.
import { dirname, isAbsolute, join } from 'node:path';
import * as vscode from 'vscode';
import type { RecipeFile } from '../protocol/recipe-file';

const DEFAULT_SESSIONS = '.neuron-pruner';

export interface Settings {
  readonly engine: NonNullable<RecipeFile['engine']>;
  /** Threads of the engine; 0: one for each physical core. */
  readonly threads: number;
  /** Folder that sessions of a model are kept in. */
  readonly sessions: string;
  /** Folder that results of a model are put into. */
  readonly results: string;
}

/** As they hold for a model: a setting may differ from folder to folder. */
export function settingsFor(model: string): Settings {
  const uri = vscode.Uri.file(model);
  const values = vscode.workspace.getConfiguration('neuronPruner', uri);
  const root = vscode.workspace.getWorkspaceFolder(uri)?.uri.fsPath ?? dirname(model);
  return {
    engine: values.get('engine', 'auto'),
    threads: values.get('threads', 0),
    sessions: inRoot(root, values.get('sessionsFolder', ''), DEFAULT_SESSIONS),
    results: inRoot(root, values.get('resultsFolder', ''), dirname(model)),
  };
}

/** The folders that sessions of this workspace are kept in. */
export function sessionsFolders(): string[] {
  return (vscode.workspace.workspaceFolders ?? []).map(({ uri }) =>
    inRoot(
      uri.fsPath,
      vscode.workspace.getConfiguration('neuronPruner', uri).get('sessionsFolder', ''),
      DEFAULT_SESSIONS,
    ),
  );
}

function inRoot(root: string, folder: string, otherwise: string): string {
  const named = folder.trim() || otherwise;
  return isAbsolute(named) ? named : join(root, named);
}
