// A session that runs in a process of its own: starting one, finding one, and hearing of it.
import type { Socket } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import {
  createMessageConnection,
  type MessageConnection,
  SocketMessageReader,
  SocketMessageWriter,
} from 'vscode-jsonrpc/node';
import { UserError } from '../../errors';
import * as protocol from '../../protocol/session';
import { applyChange, isLive } from '../../protocol/session-state';
import { connectToModel } from '../pipe';
import type { Started } from '../process';
import { type Program, startProcess } from './program';

/** As in process.ts, which is not imported: it brings the whole product with it. */
const SESSION_ARGUMENT = '--session';

/** Says what became of a process that ended without having been asked to. */
const DIED =
  'The process that worked on it ended unexpectedly: it crashed, ran out of memory, or was killed. Everything up to the last checkpoint is saved.';

/** More messages than wait to be read when a process ends: it writes some dozen a second. */
const MOST_WAITING = 2_000;

/** What came before a closing: the connection deals with a message in each turn of the event loop, a closing at once. */
async function allRead(): Promise<void> {
  for (let turns = 0; turns < MOST_WAITING; turns++) await setImmediate();
}

/** A session that runs in a process of its own, as seen from a window. */
export class AttachedSession {
  #listeners = new Set<(state: protocol.SessionState) => void>();

  private constructor(
    private readonly connection: MessageConnection,
    private current: protocol.SessionState,
  ) {}

  /** Undefined where nobody answers there: the command line prunes the model, and tells no window. */
  static async to(socket: Socket): Promise<AttachedSession | undefined> {
    const connection = createMessageConnection(new SocketMessageReader(socket), new SocketMessageWriter(socket));
    let session: AttachedSession | undefined;
    // A change that comes before the answer is part of the answer.
    connection.onNotification(protocol.changed, (change) => {
      if (session) session.#change(change);
    });
    const closed = new Promise<undefined>((resolve) => {
      connection.onClose(async () => {
        // An answer, or how the session ended, may have come just before.
        await allRead();
        resolve(undefined);
        // Once attached, a closing is told as a change.
        if (session && isLive(session.state)) session.#change({ status: 'interrupted', message: DIED });
      });
    });
    connection.listen();
    const state = await Promise.race([connection.sendRequest(protocol.attach), closed]);
    if (state === undefined) return undefined;
    session = new AttachedSession(connection, state);
    return session;
  }

  get state(): protocol.SessionState {
    return this.current;
  }

  onChange(listener: (state: protocol.SessionState) => void): { dispose(): void } {
    this.#listeners.add(listener);
    return { dispose: () => this.#listeners.delete(listener) };
  }

  async stop(): Promise<void> {
    await this.connection.sendRequest(protocol.stop);
  }

  /** Leaves the session to itself. */
  dispose(): void {
    this.#listeners.clear();
    this.connection.dispose();
  }

  #change(change: protocol.SessionChange): void {
    this.current = applyChange(this.current, change);
    for (const listener of this.#listeners) listener(this.current);
  }
}

/** Starts a session in a new process that outlives this window. Throws UserError where it is refused. */
export async function startSession(program: Program, job: protocol.Job, model: string): Promise<AttachedSession> {
  const child = startProcess(program, [SESSION_ARGUMENT], true);
  const started = await new Promise<Started>((resolve, reject) => {
    child.once('message', (message) => resolve(message as Started));
    child.once('error', reject);
    child.once('exit', () => resolve({ refused: `The session's process did not start. ${program.log} says why.` }));
    child.send(job);
  });
  child.unref();
  if ('refused' in started) throw new UserError(started.refused);
  const session = await attachSession(model);
  if (session === undefined) throw new UserError(DIED);
  return session;
}

/** The session that prunes a model now, started by whatever window; undefined where none does. */
export async function attachSession(model: string): Promise<AttachedSession | undefined> {
  const socket = await connectToModel(model);
  return socket && AttachedSession.to(socket);
}
