// A recipe: what a person asked for, a file that the command line and the editor run alike.
import { readFile, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import Ajv, { type ErrorObject } from 'ajv';
import { messageOf, UserError } from '../errors';
import type { MetricName } from '../evaluation/metrics/metric';
import type { Precision } from '../model/quantize';
import type { Cost } from '../ops/cost';
import type { DataChoice, RecipeFile } from '../protocol/recipe-file';
import type { Normalization } from '../pruning/relevance/normalization';
import type { Reduction } from '../pruning/relevance/reduction';
import { usualMeasure } from '../pruning/relevance/usual-measure';
import type { EngineName } from '../training/choose-engine';
import type { LossName } from '../training/loss/loss';
import type { OptimizerName } from '../training/optimizer';
import type { ScheduleName } from '../training/schedule';
import type { Distillation } from '../training/teacher';
import schema from './recipe.schema.json';
import { distillationOf } from './usual-distillation';

export interface Recipe {
  /** Absolute path of the model. */
  readonly model: string;
  /** Without it nothing is retrained or tested. */
  readonly data?: RecipeData;
  readonly prune: Prune;
  readonly retrain: Retrain;
  readonly weights?: { readonly keep: number; readonly iterations: number; readonly sparse: boolean };
  /** Of the kernels in the end. */
  readonly quantize?: Precision;
  readonly until?: string;
  /** Default: what suits the data. */
  readonly metric?: MetricName;
  readonly seed: number;
  /** Does not change what comes out, but for rounding. */
  readonly engine: EngineName;
  readonly threads: number;
}

/** Its source is an absolute path, or the name of a built-in set. */
export type RecipeData = DataChoice & { readonly validation: number };

export interface Prune {
  readonly method: 'maxout' | 'ratio' | 'global' | 'target' | 'search';
  readonly k: number;
  readonly layers?: readonly string[];
  readonly protect: readonly string[];
  readonly measure: string;
  readonly reduction: Reduction;
  /** Default: what suits the measure. */
  readonly normalization?: Normalization;
  readonly ratio: number;
  /** By layer name; the others have the ratio above. */
  readonly ratios: Readonly<Record<string, number>>;
  /** One figure; up to 1 a share of the model as it was, above 1 a number. */
  readonly target?: Readonly<Partial<Record<keyof Cost, number>>>;
  /** What a search makes small. */
  readonly shrink: keyof Cost;
  readonly minimumWidth: number;
  readonly multiple: number;
  readonly isomorphic: boolean;
  readonly approximate: boolean;
  readonly iterations: number;
}

export interface Retrain {
  readonly epochs: number;
  readonly batch: number;
  /** Default, as of the four that follow: see `hyperparametersOf`. */
  readonly optimizer?: OptimizerName;
  readonly learningRate?: number;
  readonly momentum?: number;
  readonly weightDecay?: number;
  readonly schedule?: ScheduleName;
  /** Default: what suits the model's output and the data. */
  readonly loss?: LossName;
  /** Learning from the original besides the data. */
  readonly distillation?: Distillation;
  /** Of the training after maxout was put on layers that had none; default the epochs. */
  readonly maxoutEpochs?: number;
  /** Of the last training of a search; default three times the epochs. */
  readonly lastEpochs?: number;
}

/** The data set that needs no file. */
export const BUILT_IN_DATA = 'digits';

const validate = new Ajv({ useDefaults: true, allErrors: true, allowUnionTypes: true, verbose: true }).compile(schema);

/** Longer than any recipe a person writes. */
const MAX_RECIPE_BYTES = 2 ** 20;

/** Reads a recipe file. Throws UserError that names every field that is wrong. */
export async function readRecipe(path: string): Promise<Recipe> {
  const found = await stat(path).catch((error: unknown) => {
    throw new UserError(`The recipe ${path} cannot be read: ${messageOf(error)}`);
  });
  if (found.size > MAX_RECIPE_BYTES) throw new UserError(`${path} is ${found.size} bytes long: that is no recipe.`);
  let json: unknown;
  try {
    // Windows' editors put a mark of the byte order before the text.
    json = JSON.parse((await readFile(path, 'utf8')).replace(/^\uFEFF/, ''));
  } catch (error) {
    throw new UserError(`${path} is not valid JSON: ${messageOf(error)}`);
  }
  if (isDeeper(json, MOST_NESTED)) throw new UserError(`${path} is nested deeper than any recipe.`);
  return makeRecipe(json, dirname(resolve(path)), path);
}

/** What goes through a recipe calls itself at every level. */
const MOST_NESTED = 32;

function isDeeper(json: unknown, levels: number): boolean {
  if (typeof json !== 'object' || json === null) return false;
  return levels === 0 || Object.values(json).some((inner) => isDeeper(inner, levels - 1));
}

/**
 * Checks what a recipe file or the command line says and fills in the defaults.
 * @param folder that paths are relative to.
 * @param where it came from, for errors.
 * @param optionOf names the option that says a field, where it came from options.
 */
export function makeRecipe(json: unknown, folder: string, where: string, optionOf?: OptionOf): Recipe {
  const filled: unknown = structuredClone(json);
  if (!validate(filled)) {
    const problems = (validate.errors ?? [])
      .filter(({ keyword }) => keyword !== 'if')
      .map((error) => describe(error, optionOf))
      .join('; ');
    throw new UserError(optionOf === undefined ? `${where} is not a valid recipe: ${problems}.` : `${problems}.`);
  }
  const { $schema, ...recipe } = filled as unknown as Recipe & { $schema?: string };
  const { data, prune } = recipe;
  const asked = (json as RecipeFile).prune;
  const { distillation: _, ...retrain } = recipe.retrain;
  const distillation = distillationOf(recipe);
  const placed = (source: string): string => (source === BUILT_IN_DATA ? source : resolve(folder, source));
  return {
    ...recipe,
    model: resolve(folder, recipe.model),
    prune: { ...prune, measure: asked?.measure ?? usualMeasure(asked, data !== undefined) },
    retrain: { ...retrain, ...(distillation && { distillation: { ...DISTILLATION, ...distillation } }) },
    ...(data && { data: { ...data, source: placed(data.source) } }),
  };
}

const { temperature, weight } = schema.properties.retrain.properties.distillation.properties;
/** Where it is usual, nothing was filled in. */
const DISTILLATION: Distillation = { temperature: temperature.default, weight: weight.default };

type OptionOf = (field: string) => string | undefined;

function describe({ instancePath, keyword, message, params, data }: ErrorObject, optionOf?: OptionOf): string {
  const path = instancePath.slice(1).replaceAll('/', '.');
  if ('missingProperty' in params) {
    const missing = [path, String(params.missingProperty)].filter(Boolean).join('.');
    const option = optionOf?.(missing);
    if (option !== undefined) return `${option} (${missing} in a recipe) is missing`;
  }
  const option = optionOf?.(path);
  const field = option === undefined ? path || 'the recipe' : `${option} (${path} in a recipe)`;
  if ('additionalProperty' in params) return `${field} has the unknown field "${params.additionalProperty}"`;
  if ('allowedValues' in params) return `${field} must be one of ${(params.allowedValues as string[]).join(', ')}`;
  if (keyword === 'pattern') {
    const wanted = path === 'until' ? `a rule such as ${RULES}` : COLOURS;
    return `${field} is ${wanted}, not ${JSON.stringify(data)}`;
  }
  return `${field} ${message}${typeof data === 'number' ? `, not ${data}` : ''}`;
}

const RULES = 'significant, accuracy>=99%, mse<=0.1 or parameters<=20%';
const COLOURS = 'voc, cityscapes, or a list of colours such as #800000 and ignore=#e0e0c0';
