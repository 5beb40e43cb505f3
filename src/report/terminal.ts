// The table of iterations for a terminal: plain text, at most 100 columns wide.

import type { IterationRecord } from '../session/record';
import { terminalColumns } from './columns';
import { endsOf, type Iterations } from './ends';
import { shortened } from './format';
import { printable } from './printable';

export const TERMINAL_WIDTH = 100;

const GAP = '  ';
/** A title is cut short, but not below this. */
const SHORTEST_TITLE = 8;
const RESULT_MARK = '*';
const REFUSED_MARK = '×';

/** One line an iteration, the original first; an asterisk marks the one whose model is the result. */
export function iterationTable(session: Iterations): string {
  const { metric, original, result } = endsOf(session);
  const columns = terminalColumns(metric).map((column) => {
    const cells = session.iterations.map((iteration) => column.text(iteration, original));
    return [column.heading, ...cells];
  });
  const widths = columns.map((cells) => Math.max(...cells.map((cell) => cell.length)));
  const numbers = ['#', ...session.iterations.map(({ index }) => String(index))];
  const numberWidth = Math.max(...numbers.map((text) => text.length));
  const taken = widths.reduce((sum, width) => sum + GAP.length + width, RESULT_MARK.length + numberWidth + GAP.length);
  const titles = ['Iteration', ...session.iterations.map(({ title }) => printable(title))];
  const titleWidth = Math.min(
    Math.max(...titles.map((title) => title.length)),
    Math.max(SHORTEST_TITLE, TERMINAL_WIDTH - taken),
  );
  const lines = titles.map((title, row) => {
    const iteration = row > 0 ? session.iterations[row - 1] : undefined;
    const mark =
      iteration === undefined ? ' ' : iteration === result ? RESULT_MARK : refused(iteration) ? REFUSED_MARK : ' ';
    const cells = columns.map((column, i) => (column[row] ?? '').padStart(widths[i] ?? 0));
    const number = (numbers[row] ?? '').padStart(numberWidth);
    return [`${mark}${number}`, shortened(title, titleWidth).padEnd(titleWidth), ...cells].join(GAP);
  });
  const legend = session.iterations.some(refused) ? `, ${REFUSED_MARK} refused on the validation samples` : '';
  return [...lines, `${RESULT_MARK} the result${legend}`].join('\n');
}

function refused({ accepted }: IterationRecord): boolean {
  return accepted === false;
}
