// The stop rule of a recipe.
import { UserError } from '../errors';
import type { Cost } from '../ops/cost';

export type Until =
  | { readonly rule: 'significant' }
  | { readonly rule: 'size'; readonly figure: keyof Cost; readonly limit: number; readonly relative: boolean };

/** "significant", "parameters<=20%", "macs<=1000000". */
export function parseUntil(text: string): Until {
  if (text === 'significant') return { rule: 'significant' };
  const [, figure, limit, percent] =
    /^(parameters|macs|bytes)<=(\d+(?:\.\d+)?)(%?)$/.exec(text.replaceAll(' ', '')) ?? [];
  if (figure === undefined) {
    throw new UserError(
      `--until "${text}" is not known. Say significant, or for instance parameters<=20%, macs<=1000000, bytes<=50000.`,
    );
  }
  return {
    rule: 'size',
    figure: figure as keyof Cost,
    limit: percent ? Number(limit) / 100 : Number(limit),
    relative: percent === '%',
  };
}

/** Whether a size rule is met. */
export function sizeReached(until: Until, before: Cost, after: Cost): boolean {
  if (until.rule !== 'size') return false;
  return after[until.figure] <= (until.relative ? until.limit * before[until.figure] : until.limit);
}
