// A table from a CSV file, by csv-parse: names in the first line or none, numbers and texts. Read as a stream.
import { Readable } from 'node:stream';
import { parse } from 'csv-parse';
import { messageOf, UserError } from '../errors';
import { openBytes } from './bytes';
import type { ReadOptions } from './options';
import type { Table } from './table';
import { type BuilderOptions, type Cell, ColumnBuilder } from './table-builder';

/** A row of 65,536 numbers of 16 characters. */
const MAX_ROW = 2 ** 20;
const MAX_COLUMNS = 65_536;
const DELIMITERS = [',', ';', '\t', '|'] as const;

/** Whether a text reads as a table: the first two lines have as many cells, and more than one. */
export function isCsv(start: Uint8Array): boolean {
  if (start.includes(0)) return false;
  const [first = '', second] = Buffer.from(start).toString('utf8').split(/\r?\n/);
  const delimiter = delimiterOf(first);
  if (delimiter === undefined || second === undefined) return false;
  const cells = (line: string): number => line.split(delimiter).length;
  return cells(first) === cells(second) || first.includes('"') || second.includes('"');
}

/** Throws UserError where rows differ in length or a column mixes numbers and texts. */
export async function readCsv(path: string, options: ReadOptions & BuilderOptions): Promise<Table> {
  const { name } = options;
  const rows: AsyncIterable<string[]> = await rowsOf(path, name);
  let columns: ColumnBuilder[] | undefined;
  let first: string[] | undefined;
  let named = false;
  let count = 0;
  const add = (cells: readonly string[]): void => {
    columns?.forEach((column, i) => {
      column.add(cellOf(cells[i] ?? ''));
    });
    count++;
  };
  for await (const row of rows) {
    if (first === undefined) {
      first = row;
      if (row.length > MAX_COLUMNS)
        throw new UserError(`${name} has ${row.length} columns; up to ${MAX_COLUMNS} are read.`);
      continue;
    }
    if (columns === undefined) {
      const header = options.header ?? isHeader(first, row);
      named = header;
      columns = namesOf(first, header, name).map((column) => new ColumnBuilder(column, options));
      if (!header) add(first);
    }
    add(row);
  }
  if (columns === undefined && first !== undefined && options.header !== true) {
    columns = namesOf(first, false, name).map((column) => new ColumnBuilder(column, options));
    add(first);
  }
  if (columns === undefined || count === 0) throw new UserError(`${name} holds no rows. Choose a file with some.`);
  const built = await Promise.all(columns.map((column) => column.build()));
  return withoutRowNumbers({ name, count, columns: built }, named && first?.[0] === '');
}

/** Programs write the number of every row before it, under no name. */
function withoutRowNumbers(table: Table, unnamed: boolean): Table {
  const [first, ...columns] = table.columns;
  if (!unnamed || columns.length === 0 || first?.kind !== 'numbers') return table;
  const { values } = first;
  if (!values.every((value) => Number.isInteger(value)) || new Set(values).size < values.length) return table;
  const note = `the first column of ${table.name} has no name and numbers the rows: it is left out`;
  return { ...table, columns, note };
}

async function rowsOf(path: string, name: string): Promise<AsyncIterable<string[]>> {
  const { chunks } = await openBytes(path);
  const source = Readable.from(chunks, { objectMode: false });
  const parser = parse({
    bom: true,
    delimiter: await delimiterIn(path),
    skip_empty_lines: true,
    trim: true,
    max_record_size: MAX_ROW,
  });
  // Errors of the file come out of the parser, whose rows are what is read.
  source.on('error', (error) => parser.destroy(error));
  source.pipe(parser);
  return rows(parser, name);
}

async function* rows(parser: AsyncIterable<string[]>, name: string): AsyncGenerator<string[]> {
  try {
    yield* parser;
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`${name} can't be read as CSV: ${messageOf(error)}. Mend the line, or save the file again.`);
  }
}

async function delimiterIn(path: string): Promise<string> {
  for await (const chunk of (await openBytes(path)).chunks) {
    const [line = ''] = Buffer.from(chunk).toString('utf8').split(/\r?\n/);
    return delimiterOf(line) ?? ',';
  }
  return ',';
}

/** The one that the line has most of. */
function delimiterOf(line: string): string | undefined {
  const counts = DELIMITERS.map((delimiter) => line.split(delimiter).length - 1);
  const most = Math.max(...counts);
  return most === 0 ? undefined : DELIMITERS[counts.indexOf(most)];
}

/** Names stand over numbers; where all is text, the first line is taken for names. */
function isHeader(first: readonly string[], second: readonly string[]): boolean {
  const overNumbers = first.some(
    (cell, i) => typeof cellOf(cell) === 'string' && typeof cellOf(second[i] ?? '') === 'number',
  );
  return overNumbers || first.every((cell) => typeof cellOf(cell) === 'string');
}

function namesOf(first: readonly string[], header: boolean, file: string): string[] {
  const names = first.map((cell, i) => (header && cell !== '' ? cell : String(i)));
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) throw new UserError(`${file} has two columns named "${twice}". Name them apart.`);
  return names;
}

/** A number where the text is one, as most programs write it. */
function cellOf(text: string): Cell {
  if (text === '') return undefined;
  if (/^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text)) return Number(text);
  if (/^(?:nan|na|null|none|\?)$/i.test(text)) return undefined;
  return text;
}
