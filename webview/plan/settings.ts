// What a recipe comes to with the defaults of its schema, and recipes with one thing changed.

import type { RecipeFile } from '../../src/protocol/recipe-file';
import { usualMeasure } from '../../src/pruning/relevance/usual-measure';
import { type Hyperparameters, hyperparametersOf, type Trained } from '../../src/session/hyperparameters';
import schema from '../../src/session/recipe.schema.json';
import type { Bounds } from '../parts/number-field-text';

/** What has no default. */
type Open = 'layers' | 'normalization' | 'target';
/** Of retraining the same. */
type OpenRetrain = 'loss' | 'distillation' | 'maxoutEpochs' | 'lastEpochs';
type Prune = NonNullable<RecipeFile['prune']>;
export type PruneSettings = Required<Omit<Prune, Open>> & Pick<Prune, Open>;
type Retrain = NonNullable<RecipeFile['retrain']>;
export type RetrainSettings = Required<Omit<Retrain, OpenRetrain>> & Pick<Retrain, OpenRetrain> & Hyperparameters;

const { prune, retrain, weights } = schema.properties;

/** One field of the schema. */
export interface FieldSchema {
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly string[];
}

function defaultsOf(properties: Readonly<Record<string, FieldSchema>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(properties).flatMap(([name, field]) => ('default' in field ? [[name, field.default]] : [])),
  );
}

export function pruneOf(recipe: RecipeFile): PruneSettings {
  return { ...defaultsOf(prune.properties), measure: usualMeasureOf(recipe), ...recipe.prune } as PruneSettings;
}

/** What channels are chosen by where the recipe names no measure. Data that are still to be chosen are data. */
export function usualMeasureOf({ prune: asked, data }: RecipeFile): string {
  return usualMeasure(asked, data !== undefined);
}

/** @param model that is retrained. */
export function retrainOf(recipe: RecipeFile, model: Trained): RetrainSettings {
  const own = hyperparametersOf(recipe.retrain ?? {}, model);
  return { ...defaultsOf(retrain.properties), ...recipe.retrain, ...own } as RetrainSettings;
}

export function withPrune(recipe: RecipeFile, change: Partial<NonNullable<RecipeFile['prune']>>): RecipeFile {
  return { ...recipe, prune: { ...recipe.prune, ...change } };
}

/** @param measure undefined: the usual one. */
export function withMeasure(recipe: RecipeFile, measure: string | undefined): RecipeFile {
  const { measure: _, ...rest } = recipe.prune ?? {};
  return { ...recipe, prune: { ...rest, ...(measure !== undefined && { measure }) } };
}

export function withRetrain(recipe: RecipeFile, change: Partial<RetrainSettings>): RecipeFile {
  return { ...recipe, retrain: { ...recipe.retrain, ...change } };
}

export const pruneFields = prune.properties;
export const retrainFields = retrain.properties;
export const weightsFields = weights.properties;

/** The bounds of a field, as the schema has them. */
export function boundsOf(field: FieldSchema & Partial<Omit<Bounds, 'integer'>> & { readonly type?: string }): Bounds {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum } = field;
  return {
    ...(minimum !== undefined && { minimum }),
    ...(maximum !== undefined && { maximum }),
    ...(exclusiveMinimum !== undefined && { exclusiveMinimum }),
    ...(exclusiveMaximum !== undefined && { exclusiveMaximum }),
    integer: field.type === 'integer',
  };
}
