// Where a session began and what it ended in.
import type { MetricInfo } from '../evaluation/metrics/metric';
import type { IterationRecord, SessionRecord } from '../session/record';

/** What the reports of a session's iterations need of it. */
export type Iterations = Pick<SessionRecord, 'iterations' | 'chosen'>;

export interface Ends {
  /** What the scores are of. */
  readonly metric: MetricInfo;
  readonly original: IterationRecord;
  /** The iteration whose model is the result; the original itself where nothing was taken. */
  readonly result: IterationRecord;
  /** The iterations from the original to the result. */
  readonly path: readonly IterationRecord[];
  /** Whether weights were set to zero on the way. */
  readonly sparse: boolean;
}

/** Back from iteration to iteration to the one that each started from. */
function pathTo(result: IterationRecord, iterations: readonly IterationRecord[]): IterationRecord[] {
  const path = [result];
  for (let at = result; at.index > 0; ) {
    const from = at.from ?? at.index - 1;
    const before = iterations.find(({ index }) => index === from);
    if (before === undefined || before.index >= at.index) throw new Error(`iteration ${at.index} starts from none`);
    path.unshift(before);
    at = before;
  }
  return path;
}

/** Throws where a record names no original or no result. */
export function endsOf({ iterations, chosen }: Iterations): Ends {
  const [original] = iterations;
  if (original === undefined) throw new Error('a session without iterations has nothing to report');
  const last = iterations.findIndex(({ index }) => index === chosen);
  const result = iterations[last];
  if (result === undefined) throw new Error(`the session has no iteration ${chosen}`);
  const path = pathTo(result, iterations);
  return { metric: original.metric, original, result, path, sparse: path.some(({ kind }) => kind === 'weights') };
}
