// The model that a recipe names, opened as far as its topology: kept until its file changes.
import { readFile, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { messageOf, UserError } from '../errors';
import { openModel } from '../formats/open';
import { inspectModel, type ModelInspection } from '../pruning/inspect';
import { analyseModel } from './model-analysis';

export type NamedModel =
  | { readonly path: string; readonly inspection: ModelInspection }
  /** One sentence says why it can't be read. */
  | { readonly path: string; readonly problem: string };

/** Text of a model's document that is open in the editor, saved or not. */
export type OpenText = (uri: string) => string | undefined;

interface Kept {
  readonly stamp: string;
  readonly model: NamedModel;
}

/** Recipes of a workspace name few models; the least recently read go first. */
const MAX_KEPT = 16;

export class RecipeModels {
  readonly #kept = new Map<string, Kept>();

  constructor(private readonly openText: OpenText) {}

  /** @param recipe URI of the recipe. @param named the path it writes. */
  async open(recipe: string, named: string): Promise<NamedModel | undefined> {
    if (!recipe.startsWith('file:') || named === '') return undefined;
    const path = await modelFile(resolve(dirname(fileURLToPath(recipe)), named));
    const stamp = await this.#stamp(path);
    const kept = this.#kept.get(path);
    if (kept !== undefined && kept.stamp === stamp) return kept.model;
    const model = await this.#read(path);
    this.#kept.delete(path);
    this.#kept.set(path, { stamp, model });
    for (const oldest of this.#kept.keys()) if (this.#kept.size > MAX_KEPT) this.#kept.delete(oldest);
    return model;
  }

  async #stamp(path: string): Promise<string> {
    const text = this.openText(pathToFileURL(path).href);
    if (text !== undefined) return `open ${text}`;
    const found = await stat(path).catch(() => undefined);
    return found ? `${found.mtimeMs} ${found.size}` : 'missing';
  }

  async #read(path: string): Promise<NamedModel> {
    try {
      if (path.endsWith('.json')) {
        const text = this.openText(pathToFileURL(path).href) ?? (await readFile(path, 'utf8'));
        const analysis = analyseModel(path, text);
        if (analysis?.figures) return { path, inspection: analysis.figures.inspection };
        const [problem] = analysis?.problems ?? [];
        if (problem) return { path, problem: problem.message };
      }
      return { path, inspection: inspectModel(await openModel(path)) };
    } catch (error) {
      const said = error instanceof UserError ? messageOf(error) : `${path} can't be read: ${messageOf(error)}`;
      return { path, problem: said };
    }
  }
}

/** The model.json of a folder. */
async function modelFile(path: string): Promise<string> {
  const found = await stat(path).catch(() => undefined);
  return found?.isDirectory() ? join(path, 'model.json') : path;
}
