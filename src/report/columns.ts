// The columns of the table of iterations, for the page and for the terminal.
import type { MetricInfo } from '../evaluation/metrics/metric';
import type { IterationRecord } from '../session/record';
import { briefCount, bytes, count, NONE, percent, pValue, seconds } from './format';
import { scoreHeading, scoreText } from './score-text';

export interface Column {
  readonly heading: string;
  text(iteration: IterationRecord, original: IterationRecord): string;
}

const parameters: Column = { heading: 'Parameters', text: (iteration) => count(iteration.parameters) };
const removed: Column = { heading: 'Removed', text: removedShare };
const nonZero: Column = { heading: 'Non-zero', text: (iteration) => count(iteration.nonZero) };
const macs: Column = { heading: 'MACs', text: (iteration) => count(iteration.macs) };
const size: Column = { heading: 'Size', text: (iteration) => bytes(iteration.bytes) };
const gzipped: Column = {
  heading: 'Gzipped',
  text: (iteration) => (iteration.gzipped === undefined ? NONE : bytes(iteration.gzipped)),
};
const test: Column = { heading: 'p-value', text: (iteration) => pValue(iteration.pValue) };
const time: Column = { heading: 'Seconds', text: (iteration) => seconds(iteration.seconds) };

/** Those of the page. All are numbers, aligned right; what was done stands before them. */
export function pageColumns(iterations: readonly IterationRecord[], metric: MetricInfo): Column[] {
  const { afterCut, retrained, validation } = scoreColumns(metric);
  const validated = iterations.some(({ validationScore }) => validationScore !== undefined);
  const scores = validated ? [afterCut, retrained, validation] : [afterCut, retrained];
  const packed = iterations.some((iteration) => iteration.gzipped !== undefined);
  return [parameters, removed, nonZero, macs, size, ...(packed ? [gzipped] : []), ...scores, test, time];
}

/** Those that fit into the width of a terminal. */
export function terminalColumns(metric: MetricInfo): Column[] {
  const { afterCut, retrained } = scoreColumns(metric);
  return [
    { ...parameters, heading: 'Params' },
    removed,
    nonZero,
    { ...macs, text: (iteration) => briefCount(iteration.macs) },
    afterCut,
    retrained,
    test,
    time,
  ];
}

function scoreColumns(metric: MetricInfo) {
  const column = (heading: string, score: (iteration: IterationRecord) => number | undefined): Column => ({
    heading,
    text: (iteration) => scoreText(metric, score(iteration)),
  });
  return {
    afterCut: column('After cut', ({ scoreAfterCut }) => scoreAfterCut),
    retrained: column(scoreHeading(metric), ({ score }) => score),
    validation: column('Validation', ({ validationScore }) => validationScore),
  };
}

/** Parameters that are no longer there, as a share of the original's. */
function removedShare({ parameters }: IterationRecord, original: IterationRecord): string {
  return parameters === original.parameters ? NONE : percent(1 - parameters / original.parameters);
}
