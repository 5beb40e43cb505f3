// A recipe's stop rule, taken apart and put together.
import type { RecipeFile } from '../../src/protocol/recipe-file';

export type Until =
  | { readonly rule: 'never' }
  | { readonly rule: 'significant' }
  | { readonly rule: 'score'; readonly metric: ScoreMetric; readonly limit: number; readonly unit: '%' | '' }
  | { readonly rule: 'size'; readonly figure: SizeFigure; readonly limit: number; readonly unit: '%' | '' };

export type SizeFigure = 'parameters' | 'macs' | 'bytes';
export type ScoreMetric = 'accuracy' | 'binary-accuracy' | 'mean-iou' | 'verification' | 'r2' | 'mse' | 'mae';

const LOWER_IS_BETTER: ReadonlySet<string> = new Set(['mse', 'mae']);

export function untilOf({ until }: Pick<RecipeFile, 'until'>): Until {
  if (until === undefined) return { rule: 'never' };
  const [, figure, limit, unit] = /^([a-z0-9-]+)[<>]=([0-9.]+)(%?)$/.exec(until) ?? [];
  if (figure === undefined) return { rule: 'significant' };
  const bound = { limit: Number(limit), unit: unit as '%' | '' };
  return isSize(figure)
    ? { rule: 'size', figure, ...bound }
    : { rule: 'score', metric: figure as ScoreMetric, ...bound };
}

export function withUntil(recipe: RecipeFile, until: Until): RecipeFile {
  const { until: _, ...rest } = recipe;
  switch (until.rule) {
    case 'never':
      return rest;
    case 'significant':
      return { ...rest, until: 'significant' };
    case 'size':
      return { ...rest, until: `${until.figure}<=${until.limit}${until.unit}` };
    case 'score': {
      const sign = LOWER_IS_BETTER.has(until.metric) ? '<=' : '>=';
      return { ...rest, until: `${until.metric}${sign}${until.limit}${until.unit}` };
    }
  }
}

function isSize(figure: string): figure is SizeFigure {
  return figure === 'parameters' || figure === 'macs' || figure === 'bytes';
}
