// Questions about models, to a process that answers them beside a window.
import type { ChildProcess } from 'node:child_process';
import type { CancellationToken, MessageConnection } from 'vscode-jsonrpc/node';
import { UserError } from '../../errors';
import type * as protocol from '../../protocol/session';
import { type Program, startProcess } from './program';

type Conversation = typeof import('./conversation');

/** Answers questions; its process starts with the first one, and again with the next one after it died. */
export class Inquiries {
  #running: { readonly process: ChildProcess; readonly connection: MessageConnection } | undefined;
  #reports = 0;

  constructor(private readonly program: Program) {}

  inspect(model: string): Promise<protocol.Inspection> {
    return this.#ask((connection, to) => connection.sendRequest(to.inspect, { model }));
  }

  predict(recipe: protocol.RecipeAt): Promise<protocol.Prediction> {
    return this.#ask((connection, to) => connection.sendRequest(to.predict, recipe));
  }

  channelWeights(question: protocol.ChannelWeightsQuestion): Promise<protocol.ChannelWeights> {
    return this.#ask((connection, to) => connection.sendRequest(to.channelWeights, question));
  }

  compare(question: protocol.ComparisonQuestion, cancelled?: CancellationToken): Promise<protocol.Comparison> {
    return this.#ask((connection, to) => connection.sendRequest(to.compare, question, cancelled));
  }

  cut(question: protocol.CutQuestion): Promise<{ readonly out: string }> {
    return this.#ask((connection, to) => connection.sendRequest(to.cut, question));
  }

  measures(): Promise<readonly protocol.MeasureChoice[]> {
    return this.#ask((connection, to) => connection.sendRequest(to.measures));
  }

  engines(): Promise<readonly protocol.EngineChoice[]> {
    return this.#ask((connection, to) => connection.sendRequest(to.engines));
  }

  relevance(
    question: Omit<protocol.RelevanceQuestion, 'progress'>,
    onProgress: (progress: protocol.Progress) => void,
    cancelled?: CancellationToken,
  ): Promise<protocol.Relevance> {
    return this.#askAtLength(onProgress, (connection, to, progress) =>
      connection.sendRequest(to.relevance, { ...question, progress }, cancelled),
    );
  }

  speed(
    question: Omit<protocol.SpeedQuestion, 'progress'>,
    onProgress: (progress: protocol.Progress) => void,
  ): Promise<protocol.Speed> {
    return this.#askAtLength(onProgress, (connection, to, progress) =>
      connection.sendRequest(to.speed, { ...question, progress }),
    );
  }

  makeExample(
    folder: string,
    onProgress: (progress: protocol.Progress) => void,
    cancelled?: CancellationToken,
  ): Promise<string> {
    return this.#askAtLength(onProgress, (connection, to, progress) =>
      connection.sendRequest(to.makeExample, { folder, progress }, cancelled),
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

  async #ask<Answer>(
    question: (connection: MessageConnection, to: Conversation['protocol']) => Promise<Answer>,
  ): Promise<Answer> {
    // Loaded with the first question: an editor that starts has none.
    const conversation = await import('./conversation');
    this.#running ??= this.#start(conversation);
    const { process: child, connection } = this.#running;
    let onExit = (): void => undefined;
    const died = new Promise<never>((_, reject) => {
      onExit = () => reject(new UserError('The process that reads models ended unexpectedly. Try again.'));
      child.once('exit', onExit);
    });
    try {
      return await Promise.race([question(connection, conversation.protocol), died]);
    } catch (error) {
      throw error instanceof conversation.ResponseError ? new UserError(error.message) : error;
    } finally {
      child.off('exit', onExit);
    }
  }

  /** A question whose answer takes long enough to report on. */
  #askAtLength<Answer>(
    onProgress: (progress: protocol.Progress) => void,
    question: (connection: MessageConnection, to: Conversation['protocol'], progress: string) => Promise<Answer>,
  ): Promise<Answer> {
    const progress = String(++this.#reports);
    return this.#ask(async (connection, to) => {
      const listening = connection.onProgress(to.reporting, progress, onProgress);
      try {
        return await question(connection, to, progress);
      } finally {
        listening.dispose();
      }
    });
  }

  #start({ talkTo }: Conversation): { process: ChildProcess; connection: MessageConnection } {
    const child = startProcess(this.program, [], false);
    const connection = talkTo(child);
    child.once('exit', () => {
      connection.dispose();
      if (this.#running?.process === child) this.#running = undefined;
    });
    return { process: child, connection };
  }
}
