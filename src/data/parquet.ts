// A table from a Parquet file, by hyparquet: numbers, texts, lists of numbers, and pictures as Hugging Face's data sets
// hold them, { bytes, path }. Read some thousand rows at a time.
import { open, stat } from 'node:fs/promises';
import { type AsyncBuffer, type FileMetaData, parquetMetadataAsync, parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { messageOf, UserError } from '../errors';
import { isPicture } from './images/decode';
import type { Table } from './table';
import { type BuilderOptions, type Cell, ColumnBuilder } from './table-builder';

const MAGIC = 'PAR1';
/** Millions of equal rows take no bytes in the file, but minutes to read. */
const MAX_ROWS = 2 ** 24;
const MAX_COLUMNS = 4096;
/** 8 GiB of values as the file says they unpack to. */
const MAX_BYTES = 2 ** 33;
/** Rows that are unpacked at a time: at least so many, of which pictures are not more than some hundred megabytes. */
const ROWS = 2048;
/** More of them where they are small: each time the file is read from the beginning of what it keeps together. */
const CELLS_AT_A_TIME = 2 ** 20;
const BYTES_AT_A_TIME = 2 ** 26;

export function isParquet(start: Uint8Array): boolean {
  return Buffer.from(start.subarray(0, 4)).toString('latin1') === MAGIC;
}

/** Throws UserError where the file is damaged or a column is of a kind that can't be fed. */
export async function readParquet(path: string, options: BuilderOptions): Promise<Table> {
  const { name } = options;
  const handle = await open(path);
  try {
    const { size: byteLength } = await stat(path);
    const file: AsyncBuffer = {
      byteLength,
      async slice(start, end = byteLength) {
        const length = Math.max(0, Math.min(end, byteLength) - start);
        const bytes = new Uint8Array(length);
        await handle.read(bytes, 0, length, start);
        return bytes.buffer;
      },
    };
    const metadata = await mended(name, () => parquetMetadataAsync(file));
    const count = checkSize(metadata, name);
    const all = topLevel(metadata);
    const named = all.filter((column) => !INDEX.test(column));
    const [index] = all.filter((column) => !named.includes(column));
    const columns = named.map((column) => new ColumnBuilder(column, options));
    if (columns.length > MAX_COLUMNS)
      throw new UserError(`${name} has ${columns.length} columns; up to ${MAX_COLUMNS} are read.`);
    const step = rowsAtATime(metadata, columns.length);
    for (let rowStart = 0; rowStart < count; rowStart += step) {
      const rowEnd = Math.min(count, rowStart + step);
      const rows = await mended(name, () =>
        parquetReadObjects({ file, metadata, rowStart, rowEnd, compressors, utf8: false, geoparquet: false }),
      );
      if (rows.length !== rowEnd - rowStart) {
        throw new UserError(`${name} ends early: ${rowStart + rows.length} of ${count} rows. Get the file again.`);
      }
      for (const row of rows) {
        const cells = new Map<string, unknown>(Object.entries(row));
        for (const column of columns) column.add(cellOf(cells.get(column.name), column.name, name));
      }
    }
    return {
      name,
      count,
      columns: await Promise.all(columns.map((column) => column.build())),
      ...(index !== undefined && { note: `"${index}" of ${name} is what pandas numbered the rows by: it is left out` }),
    };
  } finally {
    await handle.close();
  }
}

async function mended<T>(name: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    throw new UserError(
      `${name} can't be read as Parquet (${messageOf(error)}). Get the file again, or save it as CSV.`,
    );
  }
}

function rowsAtATime({ num_rows: rows, row_groups: groups }: FileMetaData, columns: number): number {
  const bytes = groups.reduce((sum, { total_byte_size: size }) => sum + Math.max(0, Number(size)), 0);
  const few = (BYTES_AT_A_TIME * Number(rows)) / Math.max(1, bytes);
  return Math.max(ROWS, Math.floor(Math.min(few, CELLS_AT_A_TIME / Math.max(1, columns))));
}

/** @returns the rows. */
function checkSize({ num_rows: rows, row_groups: groups }: FileMetaData, name: string): number {
  const count = Number(rows);
  const bytes = groups.reduce((sum, { total_byte_size: size }) => sum + Math.max(0, Number(size)), 0);
  const held = groups.reduce((sum, group) => sum + Number(group.num_rows), 0);
  if (!Number.isInteger(count) || count !== held || count < 0) {
    throw new UserError(`${name} is damaged: it says ${count} rows, its groups ${held}. Get the file again.`);
  }
  if (count === 0) throw new UserError(`${name} holds no rows. Choose a file with some.`);
  if (count > MAX_ROWS || bytes > MAX_BYTES) {
    throw new UserError(
      `${name} holds ${count.toLocaleString('en')} rows, ${bytes.toLocaleString('en')} bytes; up to ${MAX_ROWS.toLocaleString('en')} and ${MAX_BYTES.toLocaleString('en')} are read. Split it up.`,
    );
  }
  return count;
}

/** Pandas writes an index without a name, such as that of a shuffled table, as a column. */
const INDEX = /^__index_level_\d+__$/;

/** Names of the columns, whatever lies within them. */
function topLevel({ schema }: FileMetaData): string[] {
  const names: string[] = [];
  const skip = (index: number): number => {
    let next = index + 1;
    for (let i = 0; i < (schema[index]?.num_children ?? 0); i++) next = skip(next);
    return next;
  };
  for (let index = 1; index < schema.length; index = skip(index)) names.push(schema[index]?.name ?? '');
  return names;
}

function cellOf(value: unknown, column: string, name: string): Cell {
  if (value === null || value === undefined) return undefined;
  if (
    typeof value === 'number' ||
    typeof value === 'bigint' ||
    typeof value === 'boolean' ||
    typeof value === 'string'
  ) {
    return value;
  }
  if (value instanceof Date) return value.getTime();
  if (value instanceof Uint8Array) return isPicture(value) ? { picture: value } : Buffer.from(value).toString('utf8');
  if (Array.isArray(value)) return value.map((each) => cellOf(each, column, name));
  if (ArrayBuffer.isView(value)) return Array.from(value as Float32Array);
  if (typeof value === 'object' && 'bytes' in value && value.bytes instanceof Uint8Array)
    return { picture: value.bytes };
  throw new UserError(
    `${name}: the column "${column}" holds records of several fields, which can't be fed. Leave it out of the file, or save its fields as columns.`,
  );
}
