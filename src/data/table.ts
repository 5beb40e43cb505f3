// A table: named columns with a value, a vector, a text or an image in every row, whatever file they came from.
import { UserError } from '../errors';
import type { Column, NumberArray } from './column';

export type TableColumn = NumberColumn | ListColumn | TextColumn | ReadColumn;

/** Numbers, all rows of one shape. */
export interface NumberColumn {
  readonly kind: 'numbers';
  readonly name: string;
  /** Of one row; [] is a single number. */
  readonly shape: readonly number[];
  /** Row after row. */
  readonly values: NumberArray;
  /** The first row without a value, which holds NaN. */
  readonly missing?: number;
}

/** Lists of numbers of different lengths. */
export interface ListColumn {
  readonly kind: 'lists';
  readonly name: string;
  /** All lists, one after the other. */
  readonly values: NumberArray;
  /** Where each begins, and where the last ends. */
  readonly starts: Uint32Array;
}

export interface TextColumn {
  readonly kind: 'texts';
  readonly name: string;
  /** Every text there is, once. */
  readonly words: readonly string[];
  /** The word of every row; -1 where it has none. */
  readonly codes: Int32Array;
}

/** Images, or numbers read from disk. */
export interface ReadColumn {
  readonly kind: 'read';
  readonly name: string;
  readonly column: Column;
}

export interface Table {
  /** File or folder, for messages. */
  readonly name: string;
  readonly count: number;
  readonly columns: readonly TableColumn[];
  /** How it is read, where nobody asked for that. */
  readonly note?: string;
}

/** What a data set's files are for. */
export type Part = 'train' | 'validation' | 'test';

export interface Parts<Content> {
  readonly train: Content;
  readonly validation?: Content;
  /** Absent where a share of the training samples has to serve. */
  readonly test?: Content;
}

const PARTS: readonly (readonly [Part, RegExp])[] = [
  ['train', /(?<![a-z])train(?:ing)?(?![a-z])/i],
  ['validation', /(?<![a-z])(?:val|valid|validation|dev)(?![a-z])/i],
  ['test', /(?<![a-z])test(?:ing)?(?![a-z])/i],
];

/** "x_train" is x of the training part; a name that tells no part is of none. */
export function partOf(name: string): { part: Part | undefined; rest: string } {
  for (const [part, pattern] of PARTS) {
    if (pattern.test(name)) {
      const rest = name.replace(pattern, '').replace(/^[-_. ]+|[-_. ]+$/g, '');
      return { part, rest };
    }
  }
  return { part: undefined, rest: name };
}

/** By its name, else by its number. */
export function columnOf(table: Table, which: string | number): TableColumn {
  const named = table.columns.find(({ name }) => name === String(which));
  if (named !== undefined) return named;
  const index = Number(which);
  const found = Number.isInteger(index) ? table.columns.at(index) : undefined;
  if (found !== undefined) return found;
  throw new UserError(`${table.name} has no column "${which}". Its columns: ${columnNames(table)}.`);
}

export function columnNames({ columns }: Table): string {
  const names = columns.map(({ name }) => name);
  return names.length > 12 ? `${names.slice(0, 11).join(', ')}, … (${names.length} in all)` : names.join(', ');
}

export function checkComplete(table: Table, { name, missing }: NumberColumn): void {
  if (missing === undefined) return;
  throw new UserError(
    `${table.name}: the column "${name}" has no number in row ${missing + 1}. Fill it in, or leave the row or the column out.`,
  );
}
