// Runs a session and tells every window that attaches to it what it does.
import type { Socket } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import {
  createMessageConnection,
  type MessageConnection,
  SocketMessageReader,
  SocketMessageWriter,
} from 'vscode-jsonrpc/node';
import { messageOf } from '../errors';
import { attach, changed, type Job, type SessionChange, type SessionState, stop } from '../protocol/session';
import { applyChange } from '../protocol/session-state';
import { Pace } from './pace';
import { holdModel } from './pipe';
import { makeRecipe } from './recipe';
import { runSession, type SessionEvent, SessionStopped } from './session';

/** Milliseconds in which the window that started a session asks for it. */
const STARTER_PATIENCE = 5_000;

/** Resolves when the session has ended, in whatever way, and every window has been told. */
export async function serveSession(job: Job, onReady: () => void): Promise<void> {
  const recipe = makeRecipe(job.recipe, job.folder, 'The recipe');
  const windows = new Set<MessageConnection>();
  const server = await holdModel(recipe.model, welcome);
  let attached = (): void => undefined;
  const firstAttached = new Promise<void>((resolve) => {
    attached = resolve;
  });
  let stopping = false;
  let state: SessionState = {
    status: 'running',
    model: recipe.model,
    folder: job.session,
    pid: process.pid,
    out: job.out,
    recipe: job.recipe,
    started: new Date().toISOString(),
    stages: 0,
    iterations: [],
    curve: [],
    warnings: [],
    notes: [],
    version: job.version,
  };
  onReady();
  const pace = new Pace();
  const outcome = await runSession(recipe, {
    sessions: job.sessions,
    folder: job.session,
    out: job.out,
    resume: job.resume,
    ...(job.title !== undefined && { title: job.title }),
    onEvent: (event) => change(changeOf(event)),
    stopped: () => stopping,
  }).then(
    ({ chosen }): SessionChange => ({ status: 'finished', chosen }),
    (error: unknown): SessionChange =>
      error instanceof SessionStopped ? { status: 'stopped' } : { status: 'failed', message: messageOf(error) },
  );
  // One that fails at once must not be gone before the window that started it asks what became of it.
  await Promise.race([firstAttached, setTimeout(STARTER_PATIENCE, undefined, { ref: false })]);
  // The model is free before anybody hears that the session is over: who then starts the next one is not refused.
  server.close();
  change(outcome);
  await Promise.all([...windows].map((window) => window.sendNotification(changed, {})));
  for (const window of windows) window.end();

  function welcome(socket: Socket): void {
    const window = createMessageConnection(new SocketMessageReader(socket), new SocketMessageWriter(socket));
    windows.add(window);
    window.onClose(() => windows.delete(window));
    window.onError(() => windows.delete(window));
    window.onRequest(attach, () => {
      attached();
      return state;
    });
    window.onRequest(stop, () => {
      stopping = true;
      change({ status: 'stopping' });
    });
    window.listen();
  }

  function change(part: SessionChange): void {
    state = applyChange(state, part);
    for (const window of windows) {
      // A window that is gone is no longer told; its closing takes it from the list.
      window.sendNotification(changed, part).catch(() => windows.delete(window));
    }
  }

  function changeOf(event: SessionEvent): SessionChange {
    switch (event.type) {
      case 'started':
        return { stages: event.stages ?? 0 };
      case 'engine':
        return { engine: event.text };
      case 'warning':
        return { warnings: [event.text] };
      case 'note':
        return { notes: [event.text] };
      case 'stage':
        pace.restart();
        return { stage: event.title };
      case 'measuring':
        return { activity: pace.activity('measuring', event.done, event.of) };
      case 'training': {
        const { step, steps, batch, loss, accuracy } = event.progress;
        return {
          activity: pace.activity('training', step * batch, steps * batch),
          curve: [{ index: state.iterations.length, step, steps, loss, ...(accuracy !== undefined && { accuracy }) }],
        };
      }
      case 'iteration':
        pace.restart();
        return { iterations: [event.record] };
    }
  }
}
