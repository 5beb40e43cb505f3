// What needs a trusted workspace: a model is somebody's program, so it is looked at but not run before it is trusted.
import * as vscode from 'vscode';

/** Why nothing can be run here; undefined where it can. */
export function whyNotRunning(): string | undefined {
  return vscode.workspace.isTrusted
    ? undefined
    : 'This workspace is not trusted. Its models are shown, but not run: trust the workspace to measure, prune and compare on data.';
}

/** Whether running is allowed; says so where it isn't, with the way to allow it. */
export async function mayRun(): Promise<boolean> {
  const reason = whyNotRunning();
  if (reason === undefined) return true;
  const manage = 'Manage Workspace Trust';
  if ((await vscode.window.showWarningMessage(reason, manage)) === manage) {
    await vscode.commands.executeCommand('workbench.trust.manage');
  }
  return false;
}
