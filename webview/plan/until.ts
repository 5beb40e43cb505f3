// A recipe's stop rule, taken apart and put together.
import type { RecipeFile } from '../../src/protocol/recipe-file';

export type Until =
  | { readonly rule: 'never' }
  | { readonly rule: 'significant' }
  | { readonly rule: 'size'; readonly figure: SizeFigure; readonly limit: number; readonly unit: '%' | '' };

export type SizeFigure = 'parameters' | 'macs' | 'bytes';

export function untilOf({ until }: Pick<RecipeFile, 'until'>): Until {
  if (until === undefined) return { rule: 'never' };
  const [, figure, limit, unit] = /^(parameters|macs|bytes)<=([0-9.]+)(%?)$/.exec(until) ?? [];
  if (figure === undefined) return { rule: 'significant' };
  return { rule: 'size', figure: figure as SizeFigure, limit: Number(limit), unit: unit as '%' | '' };
}

export function withUntil(recipe: RecipeFile, until: Until): RecipeFile {
  const { until: _, ...rest } = recipe;
  if (until.rule === 'never') return rest;
  if (until.rule === 'significant') return { ...rest, until: 'significant' };
  return { ...rest, until: `${until.figure}<=${until.limit}${until.unit}` };
}
