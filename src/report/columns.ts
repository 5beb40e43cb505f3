// The columns of the table of iterations, for the page and for the terminal.
import type { IterationRecord } from '../session/record';
import { accuracy, briefCount, bytes, count, NONE, percent, pValue, seconds } from './format';

export interface Column {
  readonly heading: string;
  text(iteration: IterationRecord, original: IterationRecord): string;
}

const parameters: Column = { heading: 'Parameters', text: (iteration) => count(iteration.parameters) };
const removed: Column = { heading: 'Removed', text: removedShare };
const nonZero: Column = { heading: 'Non-zero', text: (iteration) => count(iteration.nonZero) };
const macs: Column = { heading: 'MACs', text: (iteration) => count(iteration.macs) };
const size: Column = { heading: 'Size', text: (iteration) => bytes(iteration.bytes) };
const afterCut: Column = { heading: 'After cut', text: ({ accuracyAfterCut }) => accuracy(accuracyAfterCut) };
const retrained: Column = { heading: 'Accuracy', text: (iteration) => accuracy(iteration.accuracy) };
const validation: Column = { heading: 'Validation', text: ({ validationAccuracy }) => accuracy(validationAccuracy) };
const test: Column = { heading: 'p-value', text: (iteration) => pValue(iteration.pValue) };
const time: Column = { heading: 'Seconds', text: (iteration) => seconds(iteration.seconds) };

/** Those of the page. All are numbers, aligned right; what was done stands before them. */
export function pageColumns(iterations: readonly IterationRecord[]): Column[] {
  const validated = iterations.some(({ validationAccuracy }) => validationAccuracy !== undefined);
  const accuracies = validated ? [afterCut, retrained, validation] : [afterCut, retrained];
  return [parameters, removed, nonZero, macs, size, ...accuracies, test, time];
}

/** Those that fit into the width of a terminal. */
export const TERMINAL_COLUMNS: readonly Column[] = [
  { ...parameters, heading: 'Params' },
  removed,
  nonZero,
  { ...macs, text: (iteration) => briefCount(iteration.macs) },
  afterCut,
  retrained,
  test,
  time,
];

/** Parameters that are no longer there, as a share of the original's. */
function removedShare({ parameters }: IterationRecord, original: IterationRecord): string {
  return parameters === original.parameters ? NONE : percent(1 - parameters / original.parameters);
}
