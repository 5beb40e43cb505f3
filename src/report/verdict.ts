// What a session came to, in words.
import { SIGNIFICANCE } from '../session/record';
import { type Ends, endsOf, type Iterations } from './ends';
import { accuracy, percent, points, pStatement } from './format';

export interface Verdict {
  /** "81.3 % of the parameters removed." */
  readonly size: string;
  /** "No significant loss of accuracy (p = 0.43)." */
  readonly accuracy: string;
  /** Whether the loss of accuracy is significant. */
  readonly loss: boolean;
}

/** "81.3 % of the parameters removed. No significant loss of accuracy (p = 0.43)." */
export function verdict(session: Iterations): string {
  const parts = verdictOf(endsOf(session));
  return `${parts.size} ${parts.accuracy}`;
}

export function verdictOf(ends: Ends): Verdict {
  return { size: sizeVerdict(ends), ...accuracyVerdict(ends) };
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

function accuracyVerdict({ original, result }: Ends): Pick<Verdict, 'accuracy' | 'loss'> {
  if (result === original)
    return { accuracy: `The original is the result: accuracy ${accuracy(original.accuracy)}.`, loss: false };
  const from = `from ${accuracy(original.accuracy)} to ${accuracy(result.accuracy)}`;
  if (result.pValue === undefined)
    return { accuracy: `Accuracy went ${from}; it was not tested against the original.`, loss: false };
  const p = pStatement(result.pValue);
  if (result.pValue > SIGNIFICANCE) return { accuracy: `No significant loss of accuracy (${p}).`, loss: false };
  const lost = points(original.accuracy - result.accuracy);
  return { accuracy: `A significant loss of accuracy: ${lost} percentage points, ${from} (${p}).`, loss: true };
}
