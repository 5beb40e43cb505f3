// What a table's target columns hold: class names, class numbers, yes-or-no answers, or numbers to come close to.
import { UserError } from '../errors';
import { byteColumn, type Column, numberColumn, sizeOf } from './column';
import type { TargetChoice } from './options';
import type { StoredTarget } from './samples';
import { checkComplete, columnOf, type NumberColumn, type Table, type TableColumn, type TextColumn } from './table';

/** More than this are no classes: no model has so many outputs. */
const MOST_CLASSES = 2 ** 20;

/** For every table its targets. What the numbers are is decided over all tables, so that it is the same in each. */
export function targetsOf(tables: readonly Table[], choices: readonly TargetChoice[]): StoredTarget[][] {
  const targets = choices.map((choice) => targetOf(tables, choice));
  return tables.map((_, i) => targets.map((own) => own[i] as StoredTarget));
}

function targetOf(tables: readonly Table[], { from, to, kind }: TargetChoice): StoredTarget[] {
  const [which, ...more] = [from].flat();
  if (which === undefined) throw new UserError('A target of the recipe names no column: "from" is empty.');
  const columns = tables.map((table) =>
    more.length === 0 && typeof from !== 'object' ? columnOf(table, which) : joined(table, [which, ...more]),
  );
  const name = to ?? columns[0]?.name ?? String(which);
  const texts = columns.filter((column) => column.kind === 'texts');
  if (texts.length === columns.length) return namedClasses(tables, texts, name);
  const numbers = columns.map((column, i) => asNumbers(column, tables[i] as Table));
  for (const [i, column] of numbers.entries()) {
    if (column.kind === 'numbers') checkComplete(tables[i] as Table, column);
  }
  const meaning = kind ?? meaningOf(numbers);
  if (meaning === 'classes') return numberedClasses(tables, numbers, name, kind !== 'classes');
  return numbers.map((column): StoredTarget => ({ kind: meaning, name, column: valueColumn(column, name) }));
}

function valueColumn(column: Exclude<TableColumn, TextColumn>, name: string): Column {
  if (column.kind === 'read') return { ...column.column, name };
  if (column.kind === 'lists') throw new Error('lists are no target');
  // Bytes of a picture are scaled like those that are fed; a byte by itself is a number.
  return column.values instanceof Uint8Array && column.shape.length > 1
    ? byteColumn(name, column.shape, column.values)
    : numberColumn(name, column.shape, column.values);
}

function asNumbers(column: TableColumn, table: Table): Exclude<TableColumn, TextColumn> {
  if (column.kind === 'texts') {
    throw new UserError(
      `${table.name}: the target "${column.name}" is text here and numbers in another file of the set. Write it alike in all of them.`,
    );
  }
  if (column.kind === 'lists') {
    throw new UserError(
      `${table.name}: the lists of the target "${column.name}" differ in length. A target has as many numbers in every row.`,
    );
  }
  return column;
}

/** Classes, where the numbers are whole and not below 0; answers, where each of several is 0 or 1; else values. */
function meaningOf(columns: readonly Exclude<TableColumn, TextColumn>[]): 'classes' | 'binary' | 'values' {
  const numbers = columns.filter((column) => column.kind === 'numbers');
  if (numbers.length < columns.length) return 'values';
  const width = sizeOf(numbers[0]?.shape ?? []);
  const single = numbers.every(({ shape }) => shape.length === 0 || (shape.length === 1 && shape[0] === 1));
  const all = (test: (value: number) => boolean): boolean => numbers.every(({ values }) => values.every(test));
  if (single)
    return all((value) => Number.isInteger(value) && value >= 0 && value < MOST_CLASSES) ? 'classes' : 'values';
  if (width < 2 || numbers.some(({ shape }) => shape.length > 1)) {
    // Labels at positions are whole numbers of few classes; a picture's bytes are not labels unless someone says so.
    return 'values';
  }
  if (!all((value) => value === 0 || value === 1)) return 'values';
  return numbers.every((column) => isOneHot(column, width)) ? 'classes' : 'binary';
}

function isOneHot({ values }: NumberColumn, width: number): boolean {
  for (let row = 0; row < values.length; row += width) {
    let sum = 0;
    for (let i = 0; i < width; i++) sum += values[row + i] as number;
    if (sum !== 1) return false;
  }
  return true;
}

function numberedClasses(
  tables: readonly Table[],
  columns: readonly Exclude<TableColumn, TextColumn>[],
  name: string,
  numeric: boolean,
): StoredTarget[] {
  const labels = columns.map((column, i): { shape: readonly number[]; values: Int32Array; classes?: number } => {
    const table = tables[i] as Table;
    if (column.kind !== 'numbers') throw notClasses(table, name, 'is read from disk');
    const { shape, values } = column;
    const width = shape.at(-1) ?? 1;
    if (shape.length === 1 && width > 1 && isOneHot(column, width)) {
      const classes = new Int32Array(values.length / width);
      for (let row = 0; row < classes.length; row++) {
        classes[row] = values.subarray(row * width, (row + 1) * width).indexOf(1);
      }
      return { shape: [], values: classes, classes: width };
    }
    const wrong = values.find((value) => !Number.isInteger(value) || value < 0 || value >= MOST_CLASSES);
    if (wrong !== undefined) throw notClasses(table, name, `holds ${wrong}`);
    return { shape: shape.length === 1 && width === 1 ? [] : shape, values: Int32Array.from(values) };
  });
  const classes = Math.max(
    ...labels.map((own) => own.classes ?? own.values.reduce((most, label) => Math.max(most, label), 0) + 1),
  );
  const oneHot = labels.some((own) => own.classes !== undefined);
  return labels.map(({ shape, values }): StoredTarget => {
    return { kind: 'classes', name, classes, numeric: numeric && !oneHot, shape, labels: values };
  });
}

function notClasses(table: Table, name: string, why: string): UserError {
  return new UserError(
    `${table.name}: the target "${name}" ${why}: class labels are whole numbers from 0 to ${MOST_CLASSES - 1}.`,
  );
}

/** Texts as classes, numbered in the order of their names over all tables. */
function namedClasses(tables: readonly Table[], columns: readonly TextColumn[], name: string): StoredTarget[] {
  const names = [...new Set(columns.flatMap(({ words }) => words))].sort();
  const numbers = new Map(names.map((word, i) => [word, i]));
  return columns.map((column, i): StoredTarget => {
    const empty = column.codes.indexOf(-1);
    if (empty >= 0) {
      throw new UserError(
        `${(tables[i] as Table).name}: the target "${name}" is empty in row ${empty + 1}. Fill it in, or leave the row out.`,
      );
    }
    const codes = column.words.map((word) => numbers.get(word) ?? 0);
    const labels = column.codes.map((code) => codes[code] as number);
    return { kind: 'classes', name, classes: names.length, classNames: names, numeric: false, shape: [], labels };
  });
}

/** Several columns as one target of several numbers. */
function joined(table: Table, which: readonly (string | number)[]): NumberColumn {
  const columns = which.map((each) => {
    const column = columnOf(table, each);
    if (column.kind !== 'numbers' || column.shape.length > 0) {
      throw new UserError(
        `${table.name}: the column "${column.name}" does not hold a number a row, as one of several targets must.`,
      );
    }
    checkComplete(table, column);
    return column;
  });
  const values = new Float64Array(table.count * columns.length);
  columns.forEach((column, i) => {
    for (let row = 0; row < table.count; row++) values[row * columns.length + i] = column.values[row] as number;
  });
  return { kind: 'numbers', name: columns.map(({ name }) => name).join('+'), shape: [columns.length], values };
}
