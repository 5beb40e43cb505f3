// What a session came to: shown, revealed, exported.
import { existsSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import * as vscode from 'vscode';
import { UserError } from '../../errors';
import type { SessionState } from '../../protocol/session-state';
import { modelAt } from '../model-files';
import { type OpenModel, titleOf } from '../open-model';
import { showPanel } from '../panel';
import type { Services } from '../services';
import { pickSession } from './session';
import { modelOf, pickModel, type Target } from './target';

export async function openResult(services: Services, session?: SessionState): Promise<void> {
  const chosen = session ?? (await pickSession(services, 'The session whose result is shown', isFinished));
  if (chosen !== undefined) showPanel(services, services.models.at(chosen.model), 'result');
}

/** The new model in the explorer. */
export async function revealResult(services: Services, session?: SessionState): Promise<void> {
  const chosen = session ?? (await pickSession(services, 'The session whose model is revealed', isFinished));
  if (chosen === undefined) return;
  const { out } = chosen;
  const file = (await modelAt(out)) ?? out;
  await vscode.commands.executeCommand('revealInExplorer', vscode.Uri.file(file));
}

/** Copies the report of a finished session to where a person wants it. */
export async function exportReport(services: Services, session?: SessionState): Promise<void> {
  const chosen = session ?? (await pickSession(services, 'The session whose report is exported', isFinished));
  if (chosen === undefined) return;
  const report = join(chosen.out, 'report.html');
  if (!existsSync(report)) throw new UserError(`${report} is missing: the result was moved or deleted.`);
  const target = await vscode.window.showSaveDialog({
    title: 'Export Report',
    defaultUri: vscode.Uri.file(join(chosen.out, '..', `${titleOf(chosen.model)}-report.html`)),
    filters: { HTML: ['html'] },
  });
  if (target) await vscode.workspace.fs.copy(vscode.Uri.file(report), target, { overwrite: true });
}

function isFinished({ status }: SessionState): boolean {
  return status === 'finished';
}

/** @param targets two models chosen in the explorer, or one, or none. */
export async function compareModels(services: Services, targets: readonly vscode.Uri[]): Promise<void> {
  const before = await modelOf(services, targets[0], 'The model before');
  if (before === undefined) return;
  const after = targets[1]
    ? await modelOf(services, targets[1])
    : await pickModel(services, `Compare ${before.title} with`);
  if (after !== undefined) await compareWith(services, before, after.path);
}

export async function compareWith(services: Services, before: OpenModel, after: string): Promise<void> {
  services.active.show(before);
  showPanel(services, before, 'result');
  const { data } = before;
  const comparison = await vscode.window.withProgress(
    {
      location: vscode.ProgressLocation.Notification,
      title: `Comparing ${before.title} with ${titleOf(after)}`,
      cancellable: true,
    },
    (_, cancelled) =>
      services.inquiries.compare(
        {
          before: before.path,
          after,
          ...(data && vscode.workspace.isTrusted && { data }),
          ...(before.recipe.metric && { metric: before.recipe.metric }),
          seed: before.recipe.seed ?? 1,
          threads: before.recipe.threads ?? 0,
        },
        cancelled,
      ),
  );
  before.compared(comparison);
}

/** The panel draws it; what it drew comes back to be saved. */
export async function exportDiagram(services: Services, target: Target): Promise<void> {
  const model = await modelOf(services, target, 'The model whose diagram is exported');
  if (model === undefined) return;
  await model.inspection();
  const formats = [
    { label: 'SVG', description: 'scales without loss', format: 'svg' as const },
    { label: 'PNG', description: 'pixels, for where SVG is not taken', format: 'png' as const },
  ];
  const picked = await vscode.window.showQuickPick(formats, { placeHolder: 'The format of the diagram' });
  if (picked) showPanel(services, model, 'result', undefined, { type: 'exportDiagram', format: picked.format });
}

/** Asks where what the page drew is to go. */
export async function saveDiagram(model: OpenModel, format: 'svg' | 'png', content: string): Promise<void> {
  const title = basename(model.title, extname(model.title));
  const target = await vscode.window.showSaveDialog({
    title: 'Export Diagram',
    defaultUri: vscode.Uri.file(join(dirname(model.path), `${title}-diagram.${format}`)),
    filters: { [format.toUpperCase()]: [format] },
  });
  if (target) await vscode.workspace.fs.writeFile(target, Buffer.from(content, format === 'svg' ? 'utf8' : 'base64'));
}
