// The commands, by name.
import * as vscode from 'vscode';
import { showPanel } from './panel';
import type { Services } from './services';

export function registerCommands(services: Services): void {
  const register = (name: string, run: (uri?: vscode.Uri) => Promise<void> | void): void => {
    services.context.subscriptions.push(vscode.commands.registerCommand(`neuronPruner.${name}`, run));
  };
  register('prune', (uri) => {
    const path = (uri ?? vscode.window.activeTextEditor?.document.uri)?.fsPath;
    if (path !== undefined) showPanel(services, services.models.at(path), 'plan');
  });
}
