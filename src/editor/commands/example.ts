// Create Example: trains a small network on the built-in digits, to try everything on.
import { existsSync } from 'node:fs';
import * as vscode from 'vscode';
import { UserError } from '../../errors';
import type { Services } from '../services';
import { mayRun } from '../trust';

const FOLDER = 'digits-example';

export async function createExample(services: Services): Promise<void> {
  if (!(await mayRun())) return;
  const [root] = vscode.workspace.workspaceFolders ?? [];
  if (root === undefined) throw new UserError('The example is written into a workspace folder: open a folder first.');
  const folder = vscode.Uri.joinPath(root.uri, FOLDER);
  const existing = vscode.Uri.joinPath(folder, 'model.json');
  const path = existsSync(existing.fsPath) ? existing.fsPath : await train(services, folder.fsPath);
  const model = services.models.at(path);
  await model.plan({ ...model.recipe, data: { source: 'digits' } });
  services.active.show(model);
  // Beside the walkthrough, which leads here, not in its place.
  await vscode.window.showTextDocument(vscode.Uri.file(path), { preview: false });
}

function train(services: Services, folder: string): Thenable<string> {
  const title = 'Training a small network on the built-in digits';
  return vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title, cancellable: true },
    (progress, cancelled) => {
      let shown = 0;
      return services.inquiries.makeExample(
        folder,
        ({ done, of }) => {
          progress.report({ increment: (100 * (done - shown)) / of });
          shown = done;
        },
        cancelled,
      );
    },
  );
}
