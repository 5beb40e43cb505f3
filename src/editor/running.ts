// Shows that a session runs, in the status bar and as a notification, and says how it ended.
import * as vscode from 'vscode';
import { isLive, type SessionState } from '../protocol/session-state';
import { verdict } from '../report/verdict';
import { openResult, revealResult } from './commands/result';
import { resumeSession } from './commands/session';
import { titleOf } from './open-model';
import type { Services } from './services';

export function showRunning(services: Services): void {
  const item = vscode.window.createStatusBarItem('neuronPruner.session', vscode.StatusBarAlignment.Left, 1);
  item.name = 'Neuron Pruner Session';
  item.command = 'neuronPruner.showRunning';
  const shown = new Map<string, Notification>();
  const listening = services.sessions.onChange((session) => {
    const { live } = services.sessions;
    updateItem(item, live);
    // Menus ask whether there is anything to stop.
    void vscode.commands.executeCommand('setContext', 'neuronPruner.running', live.length > 0);
    const notification = shown.get(session.folder);
    if (isLive(session)) {
      if (notification) notification.update(session);
      else shown.set(session.folder, new Notification(services, session));
    } else if (notification) {
      shown.delete(session.folder);
      notification.end();
      void sayEnd(services, session);
    }
  });
  services.context.subscriptions.push(item, listening);
  // What a window that was closed or reloaded left running.
  void services.sessions.findRunning();
}

function updateItem(item: vscode.StatusBarItem, live: readonly SessionState[]): void {
  const [first] = live;
  if (first === undefined) {
    item.hide();
    return;
  }
  const more = live.length > 1 ? ` +${live.length - 1}` : '';
  item.text = `$(loading~spin) ${titleOf(first.model)}: ${progressOf(first)}${more}`;
  item.tooltip = `Neuron Pruner: iteration ${first.iterations.length + 1}${first.stages > 0 ? ` of ${first.stages}` : ''}. Click to see it.`;
  item.accessibilityInformation = { label: `Pruning ${titleOf(first.model)}: ${progressOf(first)}` };
  item.show();
}

/** "2 neurons a unit, training 45 %" */
export function progressOf({ status, stage, activity, iterations, stages }: SessionState): string {
  if (status === 'stopping') return 'stopping …';
  if (stage === undefined) return stages === 0 ? 'starting …' : `${iterations.length} of ${stages} iterations`;
  if (activity === undefined) return stage;
  return `${stage}, ${activity.what} ${Math.floor((100 * activity.done) / Math.max(1, activity.of))} %`;
}

/** A progress notification, from whose Cancel the session stops. */
class Notification {
  #report: vscode.Progress<{ message: string; increment: number }> | undefined;
  #resolve: () => void = () => undefined;
  #share = 0;

  constructor(services: Services, session: SessionState) {
    const options = {
      location: vscode.ProgressLocation.Notification,
      title: `Pruning ${titleOf(session.model)}`,
      cancellable: true,
    };
    void vscode.window.withProgress(options, (progress, cancelled) => {
      this.#report = progress;
      cancelled.onCancellationRequested(() => services.sessions.stop(session));
      this.update(session);
      return new Promise<void>((resolve) => {
        this.#resolve = resolve;
      });
    });
  }

  update(session: SessionState): void {
    const { iterations, stages, activity } = session;
    // Of a search nobody knows how far it is: the bar only moves.
    if (stages === 0) {
      this.#report?.report({ message: progressOf(session), increment: 0 });
      return;
    }
    const part = activity ? activity.done / Math.max(1, activity.of) : 0;
    const share = (100 * (iterations.length + part)) / Math.max(1, stages);
    this.#report?.report({ message: progressOf(session), increment: Math.max(0, share - this.#share) });
    this.#share = Math.max(share, this.#share);
  }

  end(): void {
    this.#resolve();
  }
}

async function sayEnd(services: Services, session: SessionState): Promise<void> {
  const title = titleOf(session.model);
  const message = session.message ?? '';
  if (session.status === 'finished') {
    const [open, reveal] = ['Show Result', 'Reveal Model'];
    const words = verdict({ iterations: session.iterations, chosen: session.chosen ?? 0 });
    const choice = await vscode.window.showInformationMessage(`${title}: ${words}`, open, reveal);
    if (choice === open) await openResult(services, session);
    if (choice === reveal) await revealResult(services, session);
    return;
  }
  const resume = 'Resume';
  const choice =
    session.status === 'stopped'
      ? await vscode.window.showInformationMessage(
          `${title}: stopped. Everything up to here is saved; resume whenever you like.`,
          resume,
        )
      : await vscode.window.showErrorMessage(`${title}: ${message}`, resume);
  if (choice === resume) await resumeSession(services, session);
}
