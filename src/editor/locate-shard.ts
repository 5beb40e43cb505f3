// The quick fix of a missing shard: a person shows the file; what lies beside the model is named, what lies elsewhere is
// copied there, as a model may only name files beside it.
import { basename, dirname, isAbsolute, join, relative, sep } from 'node:path';
import * as vscode from 'vscode';
import { messageOf } from '../errors';

/** @returns whether something changed. */
export async function locateShard(model: vscode.Uri, shard: string, range: vscode.Range): Promise<boolean> {
  const folder = dirname(model.fsPath);
  const [chosen] =
    (await vscode.window.showOpenDialog({
      title: `Locate ${basename(shard)}`,
      openLabel: 'Use This File',
      defaultUri: vscode.Uri.file(folder),
    })) ?? [];
  if (chosen === undefined) return false;
  const way = relative(folder, chosen.fsPath);
  if (!isAbsolute(way) && way !== '..' && !way.startsWith(`..${sep}`)) return name(model, way, range);
  const file = basename(chosen.fsPath);
  const copy = 'Copy';
  const message = `Copy ${file} beside the model? It lies in another folder, and a model may only name files beside it.`;
  if ((await vscode.window.showInformationMessage(message, { modal: true }, copy)) !== copy) return false;
  try {
    await vscode.workspace.fs.copy(chosen, vscode.Uri.file(join(folder, file)), { overwrite: false });
  } catch (error) {
    await vscode.window.showErrorMessage(`${file} could not be copied to ${folder}: ${messageOf(error)}`);
    return false;
  }
  return name(model, file, range);
}

async function name(model: vscode.Uri, path: string, { start, end }: vscode.Range): Promise<boolean> {
  const edit = new vscode.WorkspaceEdit();
  // A range that crossed the protocol is plain data.
  const place = new vscode.Range(start.line, start.character, end.line, end.character);
  edit.replace(model, place, JSON.stringify(path.split(sep).join('/')));
  return vscode.workspace.applyEdit(edit);
}
