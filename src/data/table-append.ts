// Tables of the same columns, one after the other, as one: a set that comes in several files.
import { UserError } from '../errors';
import { rawColumn, sizeOf } from './column';
import type { ListColumn, NumberColumn, ReadColumn, Table, TableColumn, TextColumn } from './table';

/** Throws UserError where a table lacks a column of the first, or holds something else in it. */
export function appended(tables: readonly Table[]): Table {
  const [first] = tables;
  if (first === undefined) throw new Error('no tables to append');
  if (tables.length === 1) return first;
  const count = tables.reduce((sum, table) => sum + table.count, 0);
  const columns = first.columns.map((column) => {
    const own = tables.map((table) => {
      const found = table.columns.find(({ name }) => name === column.name);
      if (found === undefined) throw new UserError(`${table.name} has no column "${column.name}", ${first.name} has.`);
      return found;
    });
    return joined(own, tables);
  });
  return { ...first, count, columns };
}

function joined(columns: readonly TableColumn[], tables: readonly Table[]): TableColumn {
  const [first] = columns;
  const odd = columns.findIndex((column) => column.kind !== first?.kind || shapeOf(column) !== shapeOf(first));
  if (first === undefined || odd >= 0) {
    throw new UserError(
      `The column "${first?.name}" is of another kind or shape in ${tables[odd]?.name} than in ${tables[0]?.name}.`,
    );
  }
  switch (first.kind) {
    case 'numbers':
      return numbers(columns as readonly NumberColumn[], tables);
    case 'lists':
      return lists(columns as readonly ListColumn[]);
    case 'texts':
      return texts(columns as readonly TextColumn[]);
    case 'read':
      return read(columns as readonly ReadColumn[], tables);
  }
}

function shapeOf(column: TableColumn): string {
  if (column.kind === 'numbers') return column.shape.join();
  return column.kind === 'read' ? column.column.shape.join() : '';
}

function numbers(columns: readonly NumberColumn[], tables: readonly Table[]): NumberColumn {
  const { name, shape } = columns[0] as NumberColumn;
  const values = concatenated(columns.map((column) => column.values));
  const starts = startsOf(tables);
  const missing = columns.flatMap((column, i) =>
    column.missing === undefined ? [] : column.missing + (starts[i] ?? 0),
  );
  return { kind: 'numbers', name, shape, values, ...(missing[0] !== undefined && { missing: missing[0] }) };
}

function lists(columns: readonly ListColumn[]): ListColumn {
  const { name } = columns[0] as ListColumn;
  const starts: number[] = [0];
  let before = 0;
  for (const column of columns) {
    for (const start of column.starts.subarray(1)) starts.push(before + start);
    before += column.values.length;
  }
  return {
    kind: 'lists',
    name,
    values: concatenated(columns.map(({ values }) => values)),
    starts: Uint32Array.from(starts),
  };
}

function texts(columns: readonly TextColumn[]): TextColumn {
  const { name } = columns[0] as TextColumn;
  const words = [...new Set(columns.flatMap((column) => column.words))];
  const numbersOf = new Map(words.map((word, i) => [word, i]));
  const codes = columns.flatMap((column) =>
    Array.from(column.codes, (code) => (code < 0 ? -1 : (numbersOf.get(column.words[code] ?? '') ?? -1))),
  );
  return { kind: 'texts', name, words, codes: Int32Array.from(codes) };
}

function read(columns: readonly ReadColumn[], tables: readonly Table[]): ReadColumn {
  const { name, column } = columns[0] as ReadColumn;
  const size = sizeOf(column.shape);
  const starts = startsOf(tables);
  const readers = columns.map((own) => own.column.reader({ scale: 1 }));
  const joint = rawColumn(column, async (rows, out) => {
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i] as number;
      const table = starts.findLastIndex((start) => start <= row);
      await readers[table]?.([row - (starts[table] ?? 0)], out.subarray(i * size, (i + 1) * size));
    }
  });
  return { kind: 'read', name, column: joint };
}

/** Of each table its first row among all. */
function startsOf(tables: readonly Table[]): number[] {
  let next = 0;
  return tables.map(({ count }) => {
    const start = next;
    next += count;
    return start;
  });
}

function concatenated(parts: readonly NumberColumn['values'][]): Float32Array | Float64Array {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const exact = parts.some((part) => part instanceof Float64Array);
  const result = exact ? new Float64Array(length) : new Float32Array(length);
  let at = 0;
  for (const part of parts) {
    result.set(part, at);
    at += part.length;
  }
  return result;
}
