// The columns of the table of iterations, for the page and for the terminal.
import type { IterationRecord } from '../session/record';
import { accuracy, briefCount, bytes, count, NONE, percent, pValue, seconds } from './format';

export interface Column {
  readonly heading: string;
  text(iteration: IterationRecord, original: IterationRecord): string;
}

/** All are numbers, aligned right; what was done stands before them. */
export const COLUMNS: readonly Column[] = [
  { heading: 'Parameters', text: ({ parameters }) => count(parameters) },
  { heading: 'Removed', text: removed },
  { heading: 'Non-zero', text: ({ nonZero }) => count(nonZero) },
  { heading: 'MACs', text: ({ macs }) => count(macs) },
  { heading: 'Size', text: (iteration) => bytes(iteration.bytes) },
  { heading: 'After cut', text: ({ accuracyAfterCut }) => accuracy(accuracyAfterCut) },
  { heading: 'Accuracy', text: (iteration) => accuracy(iteration.accuracy) },
  { heading: 'Validation', text: ({ validationAccuracy }) => accuracy(validationAccuracy) },
  { heading: 'p-value', text: (iteration) => pValue(iteration.pValue) },
  { heading: 'Seconds', text: (iteration) => seconds(iteration.seconds) },
];

/** Those that fit into the width of a terminal. */
export const TERMINAL_COLUMNS: readonly Column[] = COLUMNS.filter(
  ({ heading }) => heading !== 'Size' && heading !== 'Validation',
).map((column) => (column.heading === 'MACs' ? { ...column, text: ({ macs }) => briefCount(macs) } : column));

/** Parameters that are no longer there, as a share of the original's. */
function removed({ parameters }: IterationRecord, original: IterationRecord): string {
  return parameters === original.parameters ? NONE : percent(1 - parameters / original.parameters);
}
