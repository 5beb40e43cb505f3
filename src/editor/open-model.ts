// A model as the editor works on it: what is known of it and planned for it, shared by commands, trees and panels.
import { statSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import * as vscode from 'vscode';
import { UserError } from '../errors';
import { withWholes } from '../protocol/layer-parts';
import type { DataChoice, RecipeFile } from '../protocol/recipe-file';
import type { Comparison, Inspection, Prediction, Relevance } from '../protocol/session';
import type { Inquiries } from '../session/client/inquiries';
import { settingsFor } from './settings';

/** Stands for data that was not chosen yet, where only sizes are asked for. */
const ANY_DATA: DataChoice = { source: 'digits' };

/** Measurements as the workspace keeps them over a reload, for as long as the model's file is the same. */
interface Kept {
  readonly stamp: string;
  readonly measurements: readonly Relevance[];
}

/** Scores of more channels are measured again: what a workspace keeps is read at every start. */
const MOST_KEPT = 100_000;

function channelsOf(layers: Relevance['layers']): number {
  return layers.reduce((sum, { scores }) => sum + scores.length, 0);
}

function stampOf(path: string): string {
  const found = statSync(path, { throwIfNoEntry: false });
  return found ? `${found.mtimeMs} ${found.size}` : '';
}

const DEFAULT_PLANS: readonly Pick<RecipeFile, 'prune' | 'until'>[] = [
  { prune: { method: 'search' }, until: 'significant' },
  { prune: { method: 'maxout' } },
  { prune: { method: 'ratio', ratio: 0.5 } },
];

export class OpenModel {
  readonly #changed = new vscode.EventEmitter<void>();
  /** Something here is new. */
  readonly onChange = this.#changed.event;
  #inspection: Promise<Inspection> | undefined;
  #prediction: { readonly of: RecipeFile; readonly answer: Promise<Prediction> } | undefined;
  #recipe: RecipeFile;
  readonly #measurements = new Map<string, Relevance>();
  #relevance: Relevance | undefined;
  #comparison: Comparison | undefined;
  #againstOrigin: Comparison | undefined;

  constructor(
    /** Absolute path of the model's file. */
    readonly path: string,
    private readonly inquiries: Inquiries,
    private readonly memory: vscode.Memento,
  ) {
    this.#recipe = memory.get<RecipeFile>(`recipe:${path}`) ?? { model: path, data: { source: '' } };
    const kept = memory.get<Kept>(`measured:${path}`);
    if (kept?.stamp === stampOf(path)) for (const relevance of kept.measurements) this.#remember(relevance);
  }

  /** What a person calls it: the folder of a model.json, else the file's name. */
  get title(): string {
    return titleOf(this.path);
  }

  /** Asked once, and again after the file has changed. Rejects with what is wrong with the model. */
  inspection(): Promise<Inspection> {
    this.#inspection ??= this.inquiries.inspect(this.path);
    return this.#inspection;
  }

  /** The file has changed: what was known of it no longer holds. */
  forget(): void {
    this.#inspection = undefined;
    this.#prediction = undefined;
    this.#relevance = undefined;
    this.#measurements.clear();
    void this.memory.update(`measured:${this.path}`, undefined);
    this.#changed.fire();
  }

  /**
   * The plan, as a recipe whose paths are absolute. `data.source` is empty until a person chose data, `data` is absent
   * where they chose to prune without.
   */
  get recipe(): RecipeFile {
    return this.#recipe;
  }

  async plan(recipe: RecipeFile): Promise<void> {
    this.#recipe = recipe;
    this.#changed.fire();
    await this.memory.update(`recipe:${this.path}`, recipe);
  }

  /**
   * Gives a model that nothing was planned for yet a plan that can run: the search for the smallest network, the paper's
   * where scores of the loss can't be had, or a ratio.
   */
  async planDefaults(): Promise<void> {
    if (this.#recipe.prune !== undefined) return;
    const { engine, threads } = settingsFor(this.path);
    const asked = { ...this.#recipe, ...(engine !== 'auto' && { engine }), ...(threads > 0 && { threads }) };
    for (const plan of DEFAULT_PLANS) {
      const recipe = { ...asked, ...plan };
      const possible = await this.#predict(recipe).then(
        () => true,
        (error: unknown) => {
          if (error instanceof UserError) return false;
          throw error;
        },
      );
      if (possible) return this.plan(recipe);
    }
  }

  /** What the plan comes to. Rejects with why it can't be. */
  prediction(): Promise<Prediction> {
    if (this.#prediction?.of !== this.#recipe) {
      this.#prediction = { of: this.#recipe, answer: this.#predict(this.#recipe) };
    }
    return this.#prediction.answer;
  }

  #predict(recipe: RecipeFile): Promise<Prediction> {
    const asked = recipe.data?.source === '' ? { ...recipe, data: ANY_DATA } : recipe;
    return this.inquiries.predict({ recipe: asked, folder: dirname(this.path) });
  }

  /** The layers that the plan cuts: those it names, else those that get narrower by it. */
  async includedLayers(): Promise<ReadonlySet<string>> {
    const { layers: named, protect = [] } = this.#recipe.prune ?? {};
    const { layers: all } = await this.inspection();
    if (named !== undefined)
      return withWholes(
        named.filter((name) => !protect.includes(name)),
        all,
      );
    const { layers, open } = await this.prediction();
    if (open) return withWholes(open, all);
    const narrower = layers.filter(({ before, after }) => after && (after.channels ?? 0) < (before.channels ?? 0));
    return new Set(narrower.map(({ name }) => name));
  }

  /**
   * Takes layers into the plan or out of it, each with those it shares channels with. One that the recipe protects is
   * protected no longer once a person takes it in.
   */
  async include(layers: ReadonlyMap<string, boolean>): Promise<void> {
    const planned = this.#recipe;
    const included = new Set(await this.includedLayers());
    const { layers: all } = await this.inspection();
    // What another plan takes is something else.
    if (this.#recipe !== planned) return this.include(layers);
    for (const [name, on] of layers) {
      const coupled = all.find((layer) => layer.name === name)?.coupled ?? [];
      for (const one of [name, ...withWholes(coupled, all)]) {
        if (on) included.add(one);
        else included.delete(one);
      }
    }
    const named = all.map(({ name }) => name).filter((name) => included.has(name));
    if (named.length === 0) {
      // The tree shows the layer as it still is.
      this.#changed.fire();
      throw new UserError('A plan prunes at least one layer: take another in before this one is left out.');
    }
    const { protect, ...prune } = this.#recipe.prune ?? {};
    const kept = protect?.filter((name) => !included.has(name)) ?? [];
    await this.plan({ ...this.#recipe, prune: { ...prune, layers: named, ...(kept.length > 0 && { protect: kept }) } });
    // Said at once where the method can't be used on these layers.
    await this.prediction();
  }

  /** The data chosen for it; undefined until a person chose, and where they chose none. */
  get data(): DataChoice | undefined {
    return this.#recipe.data?.source === '' ? undefined : this.#recipe.data;
  }

  /** Whether a person chose to prune it by its weights alone. */
  get withoutData(): boolean {
    return this.#recipe.data === undefined;
  }

  /** The last measurement. */
  get relevance(): Relevance | undefined {
    return this.#relevance;
  }

  /** All measurements, the latest by each measure. */
  get measurements(): readonly Relevance[] {
    return [...this.#measurements.values()];
  }

  measured(relevance: Relevance): void {
    this.#remember(relevance);
    this.#changed.fire();
    const channels = this.measurements.reduce((sum, { layers }) => sum + channelsOf(layers), 0);
    const kept: Kept | undefined =
      channels <= MOST_KEPT ? { stamp: stampOf(this.path), measurements: this.measurements } : undefined;
    void this.memory.update(`measured:${this.path}`, kept);
  }

  #remember(relevance: Relevance): void {
    this.#relevance = relevance;
    this.#measurements.set(relevance.measure, relevance);
  }

  /** The last comparison with another model. */
  get comparison(): Comparison | undefined {
    return this.#comparison;
  }

  /** The same other model beside the one that this one was branched from. */
  get againstOrigin(): Comparison | undefined {
    return this.#againstOrigin;
  }

  compared(comparison: Comparison, againstOrigin?: Comparison): void {
    this.#comparison = comparison;
    this.#againstOrigin = againstOrigin;
    this.#changed.fire();
  }

  /** Path of the model at the start of the sessions that this one is a branch of. */
  get origin(): string | undefined {
    return this.memory.get<string>(`origin:${this.path}`);
  }

  async branchedFrom(origin: string): Promise<void> {
    await this.memory.update(`origin:${this.path}`, origin);
  }
}

export function titleOf(path: string): string {
  const name = basename(path);
  return name === 'model.json' ? basename(dirname(path)) : name;
}

/** The models that are open, one object each. */
export class OpenModels {
  readonly #models = new Map<string, OpenModel>();

  constructor(
    private readonly inquiries: Inquiries,
    private readonly memory: vscode.Memento,
  ) {}

  at(path: string): OpenModel {
    let model = this.#models.get(path);
    if (model === undefined) {
      model = new OpenModel(path, this.inquiries, this.memory);
      this.#models.set(path, model);
    }
    return model;
  }

  /** Forgets what was known of a model whose file has changed. */
  forget(path: string): void {
    this.#models.get(path)?.forget();
  }
}
