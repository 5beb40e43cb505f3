// A model as the editor works on it: what is known of it and planned for it, shared by commands, trees and panels.
import { basename, dirname } from 'node:path';
import * as vscode from 'vscode';
import type { RecipeFile } from '../protocol/recipe-file';
import type { DataChoice, Inspection, Relevance } from '../protocol/session';
import type { Inquiries } from '../session/client';

export class OpenModel {
  readonly #changed = new vscode.EventEmitter<void>();
  /** Something here is new. */
  readonly onChange = this.#changed.event;
  #inspection: Promise<Inspection> | undefined;
  #recipe: RecipeFile;
  #relevance: Relevance | undefined;

  constructor(
    /** Absolute path of the model's file. */
    readonly path: string,
    private readonly inquiries: Inquiries,
    private readonly memory: vscode.Memento,
  ) {
    const kept = memory.get<RecipeFile>(`recipe:${path}`);
    this.#recipe = kept ?? { model: path, data: { source: '' } };
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
    this.#relevance = undefined;
    this.#changed.fire();
  }

  /** The plan, as a recipe whose paths are absolute. `data.source` is empty until a person chose data. */
  get recipe(): RecipeFile {
    return this.#recipe;
  }

  async plan(recipe: RecipeFile): Promise<void> {
    this.#recipe = recipe;
    this.#changed.fire();
    await this.memory.update(`recipe:${this.path}`, recipe);
  }

  /** The data chosen for it; undefined until a person chose. */
  get data(): DataChoice | undefined {
    return this.#recipe.data.source === '' ? undefined : this.#recipe.data;
  }

  /** The last measurement. */
  get relevance(): Relevance | undefined {
    return this.#relevance;
  }

  measured(relevance: Relevance): void {
    this.#relevance = relevance;
    this.#changed.fire();
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
}
