// Sequences of different lengths brought to one, as an embedding or a recurrent layer wants them.
import { UserError } from '../errors';
import { type Column, rawColumn } from './column';
import type { SequenceOptions } from './options';
import type { ListColumn, Table } from './table';

/**
 * Zeros stand where a list is short, what is too long is cut, on the side asked for.
 * @param wanted length: what the model takes, where only one will do.
 */
export function padded(
  { name, values, starts }: ListColumn,
  table: Table,
  options: SequenceOptions | undefined,
  notes: string[],
  wanted?: number,
): Column {
  const lengths = Array.from(
    { length: starts.length - 1 },
    (_, i) => (starts[i + 1] as number) - (starts[i] as number),
  );
  if (options === undefined) {
    const [shortest, longest] = lengths.reduce(
      ([low, high], length) => [Math.min(low, length), Math.max(high, length)],
      [Number.POSITIVE_INFINITY, 0],
    );
    throw new UserError(
      `${table.name}: the lists of "${name}" have from ${shortest} to ${longest} numbers. Say what length to bring them to: ` +
        `--sequence ${wanted ?? longest} (data.sequence in a recipe)${wanted === undefined ? '' : ', as the model takes that many'}. ` +
        'Zeros go before a short list; --padding after puts them behind.',
    );
  }
  const { length, padding } = options;
  const cut = lengths.filter((own) => own > length).length;
  if (cut > 0) {
    notes.push(
      `${cut.toLocaleString('en')} of ${lengths.length.toLocaleString('en')} lists of "${name}" are longer than ${length}: their ${padding === 'before' ? 'first' : 'last'} numbers are left out`,
    );
  }
  return rawColumn({ name, shape: [length], scale: 1 }, (rows, out) => {
    out.fill(0, 0, rows.length * length);
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i] as number;
      const [start, end] = [starts[row] as number, starts[row + 1] as number];
      const taken = Math.min(length, end - start);
      const from = padding === 'before' ? end - taken : start;
      const to = i * length + (padding === 'before' ? length - taken : 0);
      for (let j = 0; j < taken; j++) out[to + j] = values[from + j] as number;
    }
  });
}
