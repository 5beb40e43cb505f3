// What a session came to, in words.
import { type IterationRecord, type MetricInfo, type OutputRecord, SIGNIFICANCE } from '../session/record';
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

interface Scores {
  readonly metric: MetricInfo;
  readonly original: Pick<IterationRecord, 'score'>;
  readonly result: Pick<IterationRecord, 'score' | 'pValue'>;
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

function scoreVerdict(ends: Ends): Pick<Verdict, 'score' | 'loss'> {
  const { original, result } = ends;
  if (original.outputs && result.outputs) return scoresVerdict(ends, original.outputs, result.outputs);
  return oneVerdict(ends);
}

/** Of more outputs than this, only their number is told where nothing is lost. */
const MOST_NAMED = 2;

/** Of several outputs: none of them, or the one that is worst. */
function scoresVerdict(
  { original, result }: Ends,
  before: readonly OutputRecord[],
  after: readonly OutputRecord[],
): Pick<Verdict, 'score' | 'loss'> {
  if (result === original) {
    const scores = before.map(({ metric, score }) => `${metric.title} ${scoreText(metric, score)}`);
    return { score: `The original is the result: ${scores.join(', ')}.`, loss: false };
  }
  const { pValue = 1 } = result;
  if (pValue > SIGNIFICANCE) {
    const worse =
      after.length > MOST_NAMED
        ? `loss by any of ${after.length} outputs`
        : after.map(({ metric }) => worsening(metric)).join(' or ');
    return { score: `No significant ${worse} (${pStatement(pValue)}).`, loss: false };
  }
  const worst = after.reduce((at, own, i) => ((own.pValue ?? 1) < (after[at]?.pValue ?? 1) ? i : at), 0);
  const [from, to] = [before[worst] as OutputRecord, after[worst] as OutputRecord];
  const first = oneVerdict({ metric: to.metric, original: from, result: { ...to, pValue } });
  const also = after.flatMap((own, i) => {
    const text = (score: number | undefined): string => scoreText(own.metric, score);
    return i !== worst && after.length * (own.pValue ?? 1) <= SIGNIFICANCE
      ? [` Also a ${worsening(own.metric)}, from ${text(before[i]?.score)} to ${text(own.score)}.`]
      : [];
  });
  return { ...first, score: `${first.score}${also.join('')}` };
}

function oneVerdict({ metric, original, result }: Scores): Pick<Verdict, 'score' | 'loss'> {
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
