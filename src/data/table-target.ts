// What a table's target columns hold: class names, class numbers, yes-or-no answers, or numbers to come close to.
import { UserError } from '../errors';
import { byteColumn, type Column, numberColumn, sizeOf } from './column';
import type { TargetChoice } from './options';
import { isLabel, isOneHot, labelRange, MOST_CLASSES, otherReadings, positions } from './other-reading';
import type { StoredTarget } from './samples';
import { checkComplete, columnOf, type NumberColumn, type Table, type TableColumn, type TextColumn } from './table';

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
  if (texts.length === columns.length) {
    if (kind === undefined || kind === 'classes') return namedClasses(tables, texts, name);
    throw new UserError(`${tables[0]?.name}: the target "${name}" holds text, which is no number. Leave its kind out.`);
  }
  const numbers = columns.map((column, i) => asNumbers(column, tables[i] as Table));
  for (const [i, column] of numbers.entries()) {
    if (column.kind === 'numbers') checkComplete(tables[i] as Table, column);
  }
  const meaning = kind ?? meaningOf(numbers);
  if (meaning === 'classes') return numberedClasses(tables, numbers, name, kind !== 'classes');
  const held = numbers.filter((column) => column.kind === 'numbers');
  const others = kind === undefined && held.length === numbers.length ? otherReadings(held, name) : undefined;
  const isPicture = held.some(({ values }) => values.some((value) => value > 1));
  return numbers.map((column, i): StoredTarget => {
    const other = others?.[i];
    return { kind: meaning, name, column: valueColumn(column, name, isPicture), ...(other && { other }) };
  });
}

/** @param isPicture whether bytes go up to 255: those of a mask may go up to 1. */
function valueColumn(column: Exclude<TableColumn, TextColumn>, name: string, isPicture: boolean): Column {
  if (column.kind === 'read') return { ...column.column, name };
  if (column.kind === 'lists') throw new Error('lists are no target');
  // Bytes of a picture are scaled like those that are fed; a byte by itself is a number.
  return column.values instanceof Uint8Array && column.shape.length > 1 && isPicture
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
  if (single) return all(isLabel) ? 'classes' : 'values';
  if (width < 2 || numbers.some(({ shape }) => shape.length > 1)) {
    // Labels at positions or a picture: the model's output says which.
    return 'values';
  }
  if (!all((value) => value === 0 || value === 1)) return 'values';
  return numbers.every(({ values }) => isOneHot(values, width)) ? 'classes' : 'binary';
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
    if (shape.length === 1 && width > 1 && isOneHot(values, width)) {
      const classes = new Int32Array(values.length / width);
      for (let row = 0; row < classes.length; row++) {
        classes[row] = values.subarray(row * width, (row + 1) * width).indexOf(1);
      }
      return { shape: [], values: classes, classes: width };
    }
    const wrong = values.find((value) => !isLabel(value));
    if (wrong !== undefined) throw notClasses(table, name, `holds ${wrong}`);
    return { shape: positions(shape), values: Int32Array.from(values) };
  });
  const oneHot = labels.find((own) => own.classes !== undefined);
  const range = labelRange(labels.map(({ values }) => values));
  const { classes, lowest } = oneHot ? { classes: Math.max(oneHot.classes ?? 0, range.classes), lowest: 0 } : range;
  return labels.map(({ shape, values }): StoredTarget => {
    return { kind: 'classes', name, classes, lowest, numeric: numeric && oneHot === undefined, shape, labels: values };
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
