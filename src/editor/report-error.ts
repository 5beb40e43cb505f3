// How an error is said: one clear message; a fault of ours is said to be one, with the way to what was logged.
import * as vscode from 'vscode';
import { messageOf, UserError } from '../errors';

export async function report(context: vscode.ExtensionContext, error: unknown): Promise<void> {
  if (error instanceof UserError) {
    await vscode.window.showErrorMessage(error.message);
    return;
  }
  console.error(error);
  const log = 'Show Log';
  const message = `Neuron Pruner failed: ${messageOf(error)}. This is a fault of ours, please report it.`;
  if ((await vscode.window.showErrorMessage(message, log)) === log) {
    await vscode.commands.executeCommand('revealFileInOS', context.logUri);
  }
}
