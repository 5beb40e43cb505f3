// Stopping, resuming, branching and deleting sessions.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { messageOf, UserError } from '../../errors';
import { isLive, type SessionState } from '../../protocol/session-state';
import { counted } from '../../report/format';
import { iterationModel } from '../../session/journal';
import { modelAt } from '../model-files';
import { titleOf } from '../open-model';
import { showPanel } from '../panel';
import type { Services } from '../services';
import { mayRun } from '../trust';

export async function resumeSession(services: Services, session?: SessionState): Promise<void> {
  const chosen = session ?? (await pickSession(services, 'The session to go on with', canResume));
  if (chosen === undefined || !(await mayRun())) return;
  await services.sessions.resume(chosen);
  showPanel(services, services.models.at(chosen.model), 'run');
}

export function canResume({ status }: SessionState): boolean {
  return status === 'stopped' || status === 'failed' || status === 'interrupted';
}

export async function stopSession(services: Services, session?: SessionState): Promise<void> {
  const chosen = session ?? (await pickSession(services, 'The session to stop', isLive));
  if (chosen !== undefined) await services.sessions.stop(chosen);
}

/** The one there is, or one that a person picks: a row that is drawn anew just when it is clicked tells no session. */
export async function pickSession(
  services: Services,
  ask: string,
  suits: (session: SessionState) => boolean,
): Promise<SessionState | undefined> {
  const sessions = (await services.sessions.list()).filter(suits);
  const [first] = sessions;
  if (first === undefined) throw new UserError(`There is no such session. ${ask}: none is there to choose.`);
  if (sessions.length === 1) return first;
  const picked = await vscode.window.showQuickPick(
    sessions.map((session) => ({
      label: titleOf(session.model),
      description: `${session.status}, ${counted(session.iterations.length, 'iteration')}, ${new Date(session.started).toLocaleString()}`,
      session,
    })),
    { placeHolder: ask },
  );
  return picked?.session;
}

export async function openSession(services: Services, session?: SessionState): Promise<void> {
  const chosen = session ?? (await pickSession(services, 'The session to open', () => true));
  if (chosen === undefined) return;
  showPanel(services, services.models.at(chosen.model), chosen.status === 'finished' ? 'result' : 'run');
}

/** A new session on the model of an iteration: its plan starts as that of the session it comes from. */
export async function branchSession(services: Services, from?: SessionState, index?: number): Promise<void> {
  if (!(await mayRun())) return;
  const session = from ?? (await pickSession(services, 'The session to branch from', hasIterations));
  const iteration = index ?? (session && (await pickIteration(session)));
  if (session === undefined || iteration === undefined) return;
  const folder = iterationModel(session.folder, iteration);
  const target = vscode.Uri.file(freePath(join(session.out, '..', `${titleOf(session.model)}-branch-${iteration}`)));
  try {
    await vscode.workspace.fs.copy(vscode.Uri.file(folder), target, { overwrite: false });
  } catch (error) {
    throw new UserError(`The model of iteration ${iteration} can't be copied to ${target.fsPath}: ${messageOf(error)}`);
  }
  const file = await modelAt(target.fsPath);
  if (file === undefined) throw new UserError(`${folder} holds no model.`);
  const model = services.models.at(file);
  const { layers: _, ...prune } = session.recipe.prune ?? {};
  await model.plan({ ...session.recipe, model: file, prune });
  await model.branchedFrom(services.models.at(session.model).origin ?? session.model);
  services.active.show(model);
  showPanel(services, model, 'plan');
}

function hasIterations({ iterations }: SessionState): boolean {
  return iterations.length > 0;
}

async function pickIteration({ iterations }: SessionState): Promise<number | undefined> {
  const items = iterations.map(({ index, title }) => ({ label: title, index }));
  const picked = await vscode.window.showQuickPick(items, { placeHolder: 'The iteration to branch from' });
  return picked?.index;
}

/** The path, or with a number after it, whichever is not taken. */
function freePath(path: string): string {
  for (let i = 1; ; i++) {
    const own = i === 1 ? path : `${path}-${i}`;
    if (!existsSync(own)) return own;
  }
}

export async function deleteSession(services: Services, chosen?: SessionState): Promise<void> {
  const ended = (own: SessionState): boolean => !isLive(own);
  const session = chosen ?? (await pickSession(services, 'The session to delete', ended));
  if (session === undefined) return;
  if (isLive(session)) throw new UserError('The session is running. Stop it first.');
  const remove = 'Delete';
  const choice = await vscode.window.showWarningMessage(
    `Delete this session of ${titleOf(session.model)}, its iterations and their models? The result in ${session.out} stays.`,
    { modal: true },
    remove,
  );
  if (choice === remove) await services.sessions.delete(session);
}
