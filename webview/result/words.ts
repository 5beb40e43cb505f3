// What a comparison comes to, in words.
import type { Comparison } from '../../src/protocol/session';
import { percent, points, pStatement } from '../../src/report/format';
import { scoreText, worseBy, worsening } from '../../src/report/score-text';
import { SIGNIFICANCE } from '../../src/session/record';

export interface Verdict {
  readonly size: string;
  readonly score: string;
  /** Whether the second model is significantly worse. */
  readonly loss: boolean;
}

export function verdictOf(comparison: Comparison): Verdict {
  const { before, after } = comparison;
  return { size: sizeWords(before.parameters, after.parameters), ...scoreWords(comparison) };
}

function sizeWords(before: number, after: number): string {
  if (before === after) return 'Both have the same number of parameters.';
  const share = before > 0 ? Math.abs(1 - after / before) : 1;
  return after < before
    ? `${percent(share)} of the parameters removed.`
    : `${percent(share)} more parameters than before.`;
}

function scoreWords({ before, after, test }: Comparison): Pick<Verdict, 'score' | 'loss'> {
  if (test === undefined || before.score === undefined || after.score === undefined) {
    return { score: 'How well they perform was not compared: that takes data.', loss: false };
  }
  const { metric, pValue } = test;
  const p = pStatement(pValue);
  const [from, to] = [scoreText(metric, before.score), scoreText(metric, after.score)];
  if (pValue > SIGNIFICANCE) {
    return { score: `No significant ${worsening(metric)}, ${p}: ${from} before, ${to} after.`, loss: false };
  }
  const lost = metric.unit === 'share' ? ` of ${points(worseBy(metric, before.score, after.score))} points` : '';
  return { score: `A significant ${worsening(metric)}${lost}, ${p}: ${from} before, ${to} after.`, loss: true };
}
