// What a session came to, in words.
import { SIGNIFICANCE } from '../session/record';
import { type Ends, endsOf, type Iterations } from './ends';
import { percent, points, pStatement } from './format';
import { scoreText, worseBy, worsening } from './score-text';

export interface Verdict {
  /** "81.3 % of the parameters removed." */
  readonly size: string;
  /** "No significant loss of accuracy (p = 0.43)." */
  readonly score: string;
  /** Whether it is significantly worse than the original. */
  readonly loss: boolean;
}

/** "81.3 % of the parameters removed. No significant loss of accuracy (p = 0.43)." */
export function verdict(session: Iterations): string {
  const parts = verdictOf(endsOf(session));
  return `${parts.size} ${parts.score}`;
}

export function verdictOf(ends: Ends): Verdict {
  return { size: sizeVerdict(ends), ...scoreVerdict(ends) };
}

function sizeVerdict({ original, result, sparse }: Ends): string {
  if (result === original) return 'Nothing was removed.';
  const removed = 1 - result.parameters / original.parameters;
  const gone = 1 - result.nonZero / original.nonZero;
  if (sparse && removed > 0) {
    return `${percent(removed)} of the parameters removed, ${percent(gone)} with the weights set to zero.`;
  }
  if (sparse) return `${percent(gone)} of the weights set to zero.`;
  if (removed > 0) return `${percent(removed)} of the parameters removed.`;
  return removed === 0 ? 'No parameters removed.' : `${percent(-removed)} more parameters than before.`;
}

function scoreVerdict({ metric, original, result }: Ends): Pick<Verdict, 'score' | 'loss'> {
  const text = (score: number): string => scoreText(metric, score);
  if (result === original)
    return { score: `The original is the result: ${metric.title} ${text(original.score)}.`, loss: false };
  const from = `from ${text(original.score)} to ${text(result.score)}`;
  if (result.pValue === undefined) {
    const subject = `${metric.title.charAt(0).toUpperCase()}${metric.title.slice(1)}`;
    return { score: `${subject} went ${from}; it was not tested against the original.`, loss: false };
  }
  const p = pStatement(result.pValue);
  if (result.pValue > SIGNIFICANCE) return { score: `No significant ${worsening(metric)} (${p}).`, loss: false };
  const lost = `${points(worseBy(metric, original.score, result.score))} percentage points, `;
  return {
    score: `A significant ${worsening(metric)}: ${metric.unit === 'share' ? lost : ''}${from} (${p}).`,
    loss: true,
  };
}
