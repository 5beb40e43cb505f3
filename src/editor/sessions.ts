// The sessions of the workspace: those that run, in whatever window they were started, and those that lie on disk.
import { accessSync, constants, existsSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import * as vscode from 'vscode';
import { UserError } from '../errors';
import type { RecipeFile } from '../protocol/recipe-file';
import { isLive, type SessionState } from '../protocol/session-state';
import type { AttachedSession } from '../session/client/attached-session';
import type { Program } from '../session/client/program';
import { readSession, readSessions } from '../session/journal';
import { titleOf } from './open-model';
import { sessionsFolders, settingsFor } from './settings';

export class Sessions implements vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<SessionState>();
  /** A session is new, came further or ended. */
  readonly onChange = this.#changed.event;
  readonly #listed = new vscode.EventEmitter<void>();
  /** Sessions came or went. */
  readonly onList = this.#listed.event;
  readonly #attached = new Map<string, AttachedSession>();
  /** Folders outside the workspace in which sessions were started by this window. */
  readonly #folders = new Set<string>();

  constructor(
    private readonly program: Program,
    private readonly version: string,
  ) {}

  /** All sessions, the latest first. */
  async list(): Promise<SessionState[]> {
    const folders = new Set([...sessionsFolders(), ...this.#folders]);
    const stored = (await Promise.all([...folders].map(readSessions))).flat();
    // One that has just started has written nothing yet.
    const fresh = this.live.filter(({ folder }) => !stored.some((session) => session.folder === folder));
    return [...fresh, ...stored.map((session) => this.#attached.get(session.folder)?.state ?? session)];
  }

  /** Those that run now. */
  get live(): SessionState[] {
    return [...this.#attached.values()].map(({ state }) => state).filter(isLive);
  }

  /** The session that prunes a model now, or the latest that did. */
  async of(model: string): Promise<SessionState | undefined> {
    return this.live.find((session) => session.model === model) ?? (await this.list()).find((s) => s.model === model);
  }

  /** Finds sessions that run although no window shows them: those of a window that was closed or reloaded. */
  async findRunning(): Promise<void> {
    const unended = (await this.list()).filter(({ status }) => status === 'interrupted');
    if (unended.length === 0) return;
    const { attachSession } = await client();
    const models = new Set(unended.map(({ model }) => model));
    for (const model of models) {
      const session = await attachSession(model);
      if (session === undefined) continue;
      this.#follow(session);
      const { version } = session.state;
      if (version !== this.version) {
        // Its process has the program it was started with, and ends by it.
        void vscode.window.showInformationMessage(
          `${titleOf(model)} is being pruned by version ${version} of the extension, which was updated meanwhile. The session goes on undisturbed; what is started from now on runs version ${this.version}.`,
        );
      }
    }
  }

  /** Starts a new session. Rejects where it is refused. */
  async start(recipe: RecipeFile, model: string): Promise<SessionState> {
    const { sessions } = settingsFor(model);
    const name = basename(titleOf(model), extname(titleOf(model)));
    const time = new Date().toISOString().slice(0, 19).replaceAll('-', '').replaceAll(':', '').replace('T', '-');
    return this.#run(recipe, model, sessions, unused(join(sessions, `${name}-${time}`)), false, resultFolder(model));
  }

  /** Goes on with one that was stopped, failed or was interrupted. */
  async resume({ recipe, model, folder, out }: SessionState): Promise<SessionState> {
    return this.#run(recipe, model, dirname(folder), folder, true, out);
  }

  async #run(
    recipe: RecipeFile,
    model: string,
    sessions: string,
    session: string,
    resume: boolean,
    out: string,
  ): Promise<SessionState> {
    const job = { recipe, folder: dirname(model), sessions, session, out, resume, version: this.version };
    this.#folders.add(sessions);
    const { startSession } = await client();
    return this.#follow(await startSession(this.program, { ...job, title: titleOf(model) }, model));
  }

  #follow(session: AttachedSession): SessionState {
    const { folder } = session.state;
    this.#attached.get(folder)?.dispose();
    this.#attached.set(folder, session);
    session.onChange((state) => this.#changed.fire(state));
    this.#changed.fire(session.state);
    this.#listed.fire();
    return session.state;
  }

  async stop(session: SessionState): Promise<void> {
    await this.#attached.get(session.folder)?.stop();
  }

  /** Removes a session that has ended from the disk; its result stays. */
  async delete(session: SessionState): Promise<void> {
    this.#attached.get(session.folder)?.dispose();
    this.#attached.delete(session.folder);
    await vscode.workspace.fs.delete(vscode.Uri.file(session.folder), { recursive: true });
    this.#listed.fire();
  }

  /** The session in a folder as it is now. */
  async at(folder: string): Promise<SessionState | undefined> {
    return this.#attached.get(folder)?.state ?? readSession(folder);
  }

  dispose(): void {
    for (const session of this.#attached.values()) session.dispose();
    this.#changed.dispose();
    this.#listed.dispose();
  }
}

/**
 * Where what becomes of a model goes: beside it or where the setting says, and never where something is already. Throws
 * UserError where nothing can be written there.
 */
export function resultFolder(model: string): string {
  const title = titleOf(model);
  const { results } = settingsFor(model);
  try {
    accessSync(nearestExisting(results), constants.W_OK);
  } catch {
    throw new UserError(
      `${results} can't be written to, so the result can't be put there. The setting "neuronPruner.resultsFolder" names another folder for results.`,
    );
  }
  return unused(join(results, `${basename(title, extname(title))}-pruned`));
}

/** The folder, or the first one above it that is there. */
function nearestExisting(folder: string): string {
  return existsSync(folder) || dirname(folder) === folder ? folder : nearestExisting(dirname(folder));
}

/** What talks to sessions, loaded when there is one. */
function client() {
  return import('../session/client/attached-session');
}

function unused(path: string): string {
  let name = path;
  for (let i = 2; existsSync(name); i++) name = `${path}-${i}`;
  return name;
}
