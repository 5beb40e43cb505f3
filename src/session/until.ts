// The stop rule of a recipe, which in a search is what a network has to meet.
import { UserError } from '../errors';
import type { MetricName } from '../evaluation/metrics/metric';
import { testOfAll } from '../evaluation/permutation';
import type { Cost } from '../ops/cost';
import { type IterationRecord, outputsOf, type Scored, SIGNIFICANCE } from './record';

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

type Decisive = Scored & Pick<IterationRecord, 'outputs'>;

/**
 * Whether a network's validation scores will do; by a size rule every one does. Of several outputs all must reach the score
 * that a rule names, and those that it says nothing of must not be significantly worse than the original's.
 */
export function accepts(until: Until, record: Decisive): boolean {
  if (until.rule === 'size') return true;
  if (until.rule === 'significant') return (record.validationPValue ?? 1) > until.level;
  const outputs = outputsOf(record);
  const named = outputs.filter(({ metric }) => metric.name === until.metric);
  const others = outputs.filter((output) => !named.includes(output));
  const unharmed = others.length === 0 || testOfAll(others.map((own) => own.validationPValue ?? 1)) > SIGNIFICANCE;
  return unharmed && named.every((own) => reaches(until, own));
}

/** Whether an output's validation score is what the rule asks of its metric. */
export function reaches({ limit }: { readonly limit: number }, { metric, validationScore }: Scored): boolean {
  const score = validationScore ?? Number.NaN;
  return metric.better === 'higher' ? score >= limit : score <= limit;
}
