// Starts the language server's client where there is something to say: a model in the workspace, or a document of one.
import * as vscode from 'vscode';
import type { Services } from './services';

const LANGUAGES: ReadonlySet<string> = new Set(['json', 'jsonc']);

/** A model says within so many lines and characters that it is one, even where it is all in one line. */
const HEAD_LINES = 200;
const HEAD_CHARACTERS = 65_536;

export function registerLanguage(services: Services): void {
  const { subscriptions } = services.context;
  let started = false;
  const start = async (): Promise<void> => {
    if (started) return;
    started = true;
    for (const listener of listeners) listener.dispose();
    // Most of the extension's code, which a workspace without a model never needs.
    const { startClient } = await import('./language-client');
    await startClient(services);
  };
  const look = async (document: vscode.TextDocument): Promise<void> => {
    if (isModelOrRecipe(document)) await start();
  };
  const listeners = [vscode.workspace.onDidOpenTextDocument(look), vscode.workspace.onDidSaveTextDocument(look)];
  subscriptions.push(...listeners);
  for (const document of vscode.workspace.textDocuments) void look(document);
  // Where there are models one will be opened: the server then runs already.
  void services.files.list().then((models) => (models.length > 0 ? start() : undefined));
}

/** Told by its name, or where that leaves it open by how it begins: other JSON is not touched. */
export function isModelOrRecipe(document: vscode.TextDocument): boolean {
  if (document.uri.scheme === 'output' || !LANGUAGES.has(document.languageId)) return false;
  if (document.fileName.endsWith('.prune.json')) return true;
  const head = document.getText(new vscode.Range(0, 0, HEAD_LINES, 0)).slice(0, HEAD_CHARACTERS);
  return head.includes('"modelTopology"');
}
