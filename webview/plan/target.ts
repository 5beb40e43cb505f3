// The size that a plan reaches (method target), and recipes with another.
import type { RecipeFile } from '../../src/protocol/recipe-file';
import { withPrune } from './settings';

export const FIGURES = { parameters: 'Parameters', macs: 'Multiply-accumulates', bytes: 'Bytes' } as const;
export type Figure = keyof typeof FIGURES;

export interface Target {
  readonly figure: Figure;
  /** Up to 1 a share of the model as it was, above 1 a number. */
  readonly limit: number;
}

const USUAL: Target = { figure: 'parameters', limit: 0.5 };

export function targetOf({ prune }: RecipeFile): Target {
  for (const figure of Object.keys(FIGURES) as Figure[]) {
    const limit = prune?.target?.[figure];
    if (limit !== undefined) return { figure, limit };
  }
  return USUAL;
}

export function withTarget(recipe: RecipeFile, { figure, limit }: Target): RecipeFile {
  return withPrune(recipe, { target: { [figure]: limit } });
}
