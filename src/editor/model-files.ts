// The model files of the workspace: found when somebody first asks, watched from then on. Menus are told which they are.
import { open, readdir, stat } from 'node:fs/promises';
import { extname, join, sep } from 'node:path';
import * as vscode from 'vscode';

const BINARY = ['h5', 'hdf5', 'keras', 'onnx'];

/** A TF.js layers model says so at its start, unless its topology is written before anything else. */
const HEAD_BYTES = 65_536;

/** More models than a person could look through. */
const MAX_FILES = 5_000;

/** Files that are looked into at the same time. */
const AT_ONCE = 64;

/** Files that may be models. */
const PATTERN = `**/*.{json,${BINARY.join(',')}}`;

/** Files whose name alone says that there is something for us: those whose presence activates the extension. */
const TELLING = `**/{model.json,*.prune.json,*.{${BINARY.join(',')}}}`;

/** Command `when` clauses ask whether a file is among these. */
const CONTEXT_KEY = 'neuronPruner.models';

export class ModelFiles implements vscode.Disposable {
  readonly #changed = new vscode.EventEmitter<void>();
  /** A model has come or gone. */
  readonly onChange = this.#changed.event;
  readonly #written = new vscode.EventEmitter<string>();
  /** A model's file has other content. */
  readonly onWrite = this.#written.event;
  readonly #disposables: vscode.Disposable[] = [this.#changed, this.#written];
  #paths: Promise<Set<string>> | undefined;
  /** Those that a person opened, wherever they lie. */
  readonly #opened = new Set<string>();

  /** Whether there is a reason to look for models: a look at names, which reads no file. */
  async isPromising(): Promise<boolean> {
    return (await vscode.workspace.findFiles(TELLING, undefined, 1)).length > 0;
  }

  /** Paths, sorted. */
  async list(): Promise<string[]> {
    this.#paths ??= this.#find();
    return [...(await this.#paths)].sort((a, b) => a.localeCompare(b));
  }

  /** A model stands in an editor: menus know it from now on, also where it lies outside the workspace. */
  async opened(path: string): Promise<void> {
    if (this.#opened.has(path)) return;
    this.#opened.add(path);
    await this.#announce((await this.#paths) ?? new Set());
  }

  async #find(): Promise<Set<string>> {
    this.#watch();
    const models = new Set(await modelsAt(PATTERN));
    await this.#announce(models);
    return models;
  }

  #watch(): void {
    const watcher = vscode.workspace.createFileSystemWatcher(PATTERN);
    // A folder that was moved here, as a session's result is, comes without a word about what is in it.
    const folders = vscode.workspace.createFileSystemWatcher('**/*', false, true, true);
    const appeared = async ({ fsPath }: vscode.Uri): Promise<void> => {
      const paths = (await this.#paths) ?? new Set();
      const known = paths.has(fsPath);
      if (!isOwnFile(fsPath) || !(await isModel(fsPath))) return;
      if (known) this.#written.fire(fsPath);
      else await this.#update(paths.add(fsPath));
    };
    const gone = async ({ fsPath }: vscode.Uri): Promise<void> => {
      const paths = (await this.#paths) ?? new Set();
      // A folder that was deleted takes its models along without a word about each.
      const lost = [...paths].filter((path) => path === fsPath || path.startsWith(fsPath + sep));
      for (const path of lost) paths.delete(path);
      if (lost.length > 0) await this.#update(paths);
    };
    this.#disposables.push(
      watcher,
      watcher.onDidCreate(appeared),
      watcher.onDidChange(appeared),
      watcher.onDidDelete(gone),
      folders,
      folders.onDidCreate((uri) => this.#lookInto(uri)),
      vscode.workspace.onDidChangeWorkspaceFolders(() => this.refresh()),
      vscode.workspace.onDidDeleteFiles(({ files }) => Promise.all(files.map(gone))),
    );
  }

  async #lookInto(uri: vscode.Uri): Promise<void> {
    const found = await stat(uri.fsPath).catch(() => undefined);
    if (!found?.isDirectory() || !isOwnFile(join(uri.fsPath, sep))) return;
    const models = await modelsAt(new vscode.RelativePattern(uri, PATTERN));
    const paths = (await this.#paths) ?? new Set();
    const fresh = models.filter((path) => !paths.has(path));
    for (const path of fresh) paths.add(path);
    if (fresh.length > 0) await this.#update(paths);
  }

  /** Looks again. */
  refresh(): void {
    for (const disposable of this.#disposables.splice(2)) disposable.dispose();
    this.#paths = undefined;
    this.#changed.fire();
  }

  async #update(paths: ReadonlySet<string>): Promise<void> {
    await this.#announce(paths);
    this.#changed.fire();
  }

  async #announce(paths: ReadonlySet<string>): Promise<void> {
    const known = [...new Set([...paths, ...this.#opened])];
    // An empty list would count as something that is there.
    await vscode.commands.executeCommand('setContext', CONTEXT_KEY, known.length > 0 ? known : undefined);
  }

  dispose(): void {
    for (const disposable of this.#disposables) disposable.dispose();
  }
}

/** The models among the files that a pattern finds. */
async function modelsAt(pattern: vscode.GlobPattern): Promise<string[]> {
  const found = await vscode.workspace.findFiles(pattern, undefined, MAX_FILES);
  const paths = found.map(({ fsPath }) => fsPath).filter(isOwnFile);
  const models: string[] = [];
  for (let i = 0; i < paths.length; i += AT_ONCE) {
    const some = paths.slice(i, i + AT_ONCE);
    const are = await Promise.all(some.map(isModel));
    models.push(...some.filter((_, k) => are[k]));
  }
  return models;
}

/** Not one that a package manager or a session put there. */
function isOwnFile(path: string): boolean {
  return !/[\\/](node_modules|\.neuron-pruner|\.git)[\\/]/.test(path);
}

/** Told by content where the name leaves it open: any JSON may be a TF.js layers model. */
export async function isModel(path: string): Promise<boolean> {
  const extension = extname(path).slice(1).toLowerCase();
  if (BINARY.includes(extension)) return true;
  if (extension !== 'json') return false;
  const head = await headOf(path);
  if (!head.includes('"modelTopology"') && !/"format"\s*:\s*"layers-model"/.test(head)) return false;
  return !/"format"\s*:\s*"graph-model"/.test(head) && !/"modelTopology"\s*:\s*\{\s*"node"/.test(head);
}

/** The model that a folder holds, or that a path is itself; undefined where there is none. */
export async function modelAt(path: string): Promise<string | undefined> {
  const found = await stat(path).catch(() => undefined);
  if (!found?.isDirectory()) return found && path;
  for (const name of (await readdir(path)).sort()) {
    if (await isModel(join(path, name))) return join(path, name);
  }
  return undefined;
}

async function headOf(path: string): Promise<string> {
  const file = await open(path, 'r').catch(() => undefined);
  // A file that vanished, or that may not be read, is no model to offer.
  if (file === undefined) return '';
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    return buffer.toString('latin1', 0, bytesRead);
  } finally {
    await file.close();
  }
}
