// Starts the language server's client where there is something to say: a model in the workspace, or a document of one.
import * as vscode from 'vscode';
import { isModelOrRecipe } from './model-document';
import type { Services } from './services';

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
  // Where there are models one will be opened: the server then runs already, and menus know which files they are. A
  // workspace without is not searched: any JSON file that somebody opens brings the extension here.
  void services.files.isPromising().then(async (promising) => {
    if (promising && (await services.files.list()).length > 0) await start();
  });
}
