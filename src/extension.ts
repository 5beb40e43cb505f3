// activate(): registers, nothing else.
import * as vscode from 'vscode';

export function activate(context: vscode.ExtensionContext): void {
  context.subscriptions.push(
    vscode.commands.registerCommand('neuronPruner.showVersion', () => {
      const { version } = context.extension.packageJSON as { version: string };
      return vscode.window.showInformationMessage(`Neuron Pruner ${version}`);
    }),
  );
}
