// The stop rule of a recipe, which in a search is what a network has to meet.
import { UserError } from '../errors';
import type { MetricName } from '../evaluation/metrics/metric';
import type { Cost } from '../ops/cost';
import { type IterationRecord, SIGNIFICANCE } from './record';

export type Until =
  /** Refused up to this p-value. */
  | { readonly rule: 'significant'; readonly level: number }
  | { readonly rule: 'size'; readonly figure: keyof Cost; readonly limit: number; readonly relative: boolean }
  | { readonly rule: 'score'; readonly metric: MetricName | 'verification'; readonly limit: number };

/** A rule that decides on the validation score whether a network will do. */
export type ScoreRule = Exclude<Until, { readonly rule: 'size' }>;

/** "significant", "parameters<=20%", "macs<=1000000", "accuracy>=99%", "mse<=0.1". */
export function parseUntil(text: string): Until {
  if (text === 'significant') return { rule: 'significant', level: SIGNIFICANCE };
  const [, figure = '', sign, limit, percent] =
    /^([a-z0-9-]+)(<=|>=)(\d+(?:\.\d+)?)(%?)$/.exec(text.replaceAll(' ', '')) ?? [];
  const value = percent ? Number(limit) / 100 : Number(limit);
  if (sign === '<=' && isFigure(figure)) return { rule: 'size', figure, limit: value, relative: percent === '%' };
  if (sign === '>=' && isHigherBetter(figure)) return { rule: 'score', metric: figure, limit: value };
  if (sign === '<=' && isLowerBetter(figure)) return { rule: 'score', metric: figure, limit: value };
  throw new UserError(
    `--until "${text}" is not known. Say significant, a score as accuracy>=99% or mse<=0.1, or a size as parameters<=20%, macs<=1000000 or bytes<=50000.`,
  );
}

function isFigure(text: string): text is keyof Cost {
  return ['parameters', 'macs', 'bytes'].includes(text);
}

function isHigherBetter(text: string): text is 'accuracy' | 'binary-accuracy' | 'mean-iou' | 'r2' | 'verification' {
  return ['accuracy', 'binary-accuracy', 'mean-iou', 'r2', 'verification'].includes(text);
}

function isLowerBetter(text: string): text is 'mse' | 'mae' {
  return ['mse', 'mae'].includes(text);
}

/** Whether a size rule is met. */
export function sizeReached(until: Until, before: Cost, after: Cost): boolean {
  if (until.rule !== 'size') return false;
  return after[until.figure] <= (until.relative ? until.limit * before[until.figure] : until.limit);
}

type Decisive = Pick<IterationRecord, 'validationScore' | 'validationPValue' | 'metric'>;

/** Whether a network's validation score will do; by a size rule every one does. */
export function accepts(until: Until, { validationScore, validationPValue, metric }: Decisive): boolean {
  if (until.rule === 'size') return true;
  if (until.rule === 'significant') return (validationPValue ?? 1) > until.level;
  const score = validationScore ?? Number.NaN;
  return metric.better === 'higher' ? score >= until.limit : score <= until.limit;
}
