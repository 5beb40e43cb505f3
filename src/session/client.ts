// The extension's side: a process that answers questions about models, and sessions that run in processes of their own.
import { type ChildProcess, fork } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import type { Socket } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import {
  type CancellationToken,
  createMessageConnection,
  IPCMessageReader,
  IPCMessageWriter,
  type MessageConnection,
  ResponseError,
  SocketMessageReader,
  SocketMessageWriter,
} from 'vscode-jsonrpc/node';
import { UserError } from '../errors';
import * as protocol from '../protocol/session';
import { applyChange, isLive } from '../protocol/session-state';
import { connectToModel } from './pipe';
import type { Started } from './process';

/** As in process.ts, which is not imported: it brings the whole product with it. */
const SESSION_ARGUMENT = '--session';

/** Says what became of a process that ended without having been asked to. */
const DIED =
  'The process that worked on it ended unexpectedly: it crashed, ran out of memory, or was killed. Everything up to the last checkpoint is saved.';

/** More messages than wait to be read when a process ends: it writes some dozen a second. */
const MOST_WAITING = 2_000;

/** Where the process's program is, and where it writes what it prints. */
export interface Program {
  readonly module: string;
  readonly log: string;
}

function start({ module, log }: Program, args: readonly string[], detached: boolean): ChildProcess {
  const output = openSync(log, 'a');
  try {
    return fork(module, args, {
      detached,
      stdio: ['ignore', output, output, 'ipc'],
      execArgv: [],
      // In the desktop editor the program that runs this is Electron; so told, it is Node.
      env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
    });
  } finally {
    closeSync(output);
  }
}

/** Answers questions; its process starts with the first one, and again with the next one after it died. */
export class Inquiries {
  #running: { readonly process: ChildProcess; readonly connection: MessageConnection } | undefined;
  #reports = 0;

  constructor(private readonly program: Program) {}

  inspect(model: string): Promise<protocol.Inspection> {
    return this.#ask((connection) => connection.sendRequest(protocol.inspect, { model }));
  }

  predict(recipe: protocol.RecipeAt): Promise<protocol.Prediction> {
    return this.#ask((connection) => connection.sendRequest(protocol.predict, recipe));
  }

  channelWeights(question: protocol.ChannelWeightsQuestion): Promise<protocol.ChannelWeights> {
    return this.#ask((connection) => connection.sendRequest(protocol.channelWeights, question));
  }

  compare(question: protocol.ComparisonQuestion, cancelled?: CancellationToken): Promise<protocol.Comparison> {
    return this.#ask((connection) => connection.sendRequest(protocol.compare, question, cancelled));
  }

  cut(question: protocol.CutQuestion): Promise<{ readonly out: string }> {
    return this.#ask((connection) => connection.sendRequest(protocol.cut, question));
  }

  measures(): Promise<readonly protocol.MeasureChoice[]> {
    return this.#ask((connection) => connection.sendRequest(protocol.measures));
  }

  engines(): Promise<readonly protocol.EngineChoice[]> {
    return this.#ask((connection) => connection.sendRequest(protocol.engines));
  }

  relevance(
    question: Omit<protocol.RelevanceQuestion, 'progress'>,
    onProgress: (progress: protocol.Progress) => void,
    cancelled?: CancellationToken,
  ): Promise<protocol.Relevance> {
    return this.#askAtLength(onProgress, (connection, progress) =>
      connection.sendRequest(protocol.relevance, { ...question, progress }, cancelled),
    );
  }

  speed(
    question: Omit<protocol.SpeedQuestion, 'progress'>,
    onProgress: (progress: protocol.Progress) => void,
  ): Promise<protocol.Speed> {
    return this.#askAtLength(onProgress, (connection, progress) =>
      connection.sendRequest(protocol.speed, { ...question, progress }),
    );
  }

  makeExample(
    folder: string,
    onProgress: (progress: protocol.Progress) => void,
    cancelled?: CancellationToken,
  ): Promise<string> {
    return this.#askAtLength(onProgress, (connection, progress) =>
      connection.sendRequest(protocol.makeExample, { folder, progress }, cancelled),
    );
  }

  /** The process that answers; undefined where none was asked anything yet. */
  get process(): ChildProcess | undefined {
    return this.#running?.process;
  }

  dispose(): void {
    this.#running?.connection.dispose();
    this.#running?.process.kill();
    this.#running = undefined;
  }

  async #ask<Answer>(question: (connection: MessageConnection) => Promise<Answer>): Promise<Answer> {
    this.#running ??= this.#start();
    const { process: child, connection } = this.#running;
    let onExit = (): void => undefined;
    const died = new Promise<never>((_, reject) => {
      onExit = () => reject(new UserError('The process that reads models ended unexpectedly. Try again.'));
      child.once('exit', onExit);
    });
    try {
      return await Promise.race([question(connection), died]);
    } catch (error) {
      throw error instanceof ResponseError ? new UserError(error.message) : error;
    } finally {
      child.off('exit', onExit);
    }
  }

  /** A question whose answer takes long enough to report on. */
  #askAtLength<Answer>(
    onProgress: (progress: protocol.Progress) => void,
    question: (connection: MessageConnection, progress: string) => Promise<Answer>,
  ): Promise<Answer> {
    const progress = String(++this.#reports);
    return this.#ask(async (connection) => {
      const listening = connection.onProgress(protocol.reporting, progress, onProgress);
      try {
        return await question(connection, progress);
      } finally {
        listening.dispose();
      }
    });
  }

  #start(): { process: ChildProcess; connection: MessageConnection } {
    const child = start(this.program, [], false);
    const connection = createMessageConnection(new IPCMessageReader(child), new IPCMessageWriter(child));
    connection.listen();
    child.once('exit', () => {
      connection.dispose();
      if (this.#running?.process === child) this.#running = undefined;
    });
    return { process: child, connection };
  }
}

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
  const child = start(program, [SESSION_ARGUMENT], true);
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
