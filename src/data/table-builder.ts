// Builds a table from rows whose values are not known beforehand: numbers, texts, lists of numbers, pictures.
import { UserError } from '../errors';
import type { Column } from './column';
import { NumberList } from './number-list';
import type { TableColumn } from './table';

/** A value of a row, as a reader of rows hands it over. Undefined and null are no value. */
export type Cell = number | bigint | boolean | string | Uint8Array | null | undefined | readonly Cell[] | Picture;

/** A picture in a file of its own within a row. */
export interface Picture {
  readonly picture: Uint8Array;
}

/** 2^28 numbers, 1 GiB as floats. */
const MAX_NUMBERS = 2 ** 28;
/** Bytes of all pictures of a table, packed as they are. */
const MAX_PICTURES = 2 ** 31;
/** Lists within lists: as many axes as a sample has at the most. */
const MAX_DEPTH = 6;

/** Every text once, and the number of it in every row. */
export function dictionary(texts: readonly (string | undefined)[]): { words: string[]; codes: Int32Array } {
  const numbers = new Map<string, number>();
  const codes = Int32Array.from(texts, (text) => {
    if (text === undefined || text === '') return -1;
    const known = numbers.get(text);
    if (known !== undefined) return known;
    numbers.set(text, numbers.size);
    return numbers.size - 1;
  });
  return { words: [...numbers.keys()], codes };
}

export interface BuilderOptions {
  /** File, for messages. */
  readonly name: string;
  /** Makes a column of packed pictures. */
  pictures(name: string, files: readonly Uint8Array[]): Promise<Column>;
}

/** One column: it is what its first value is. */
export class ColumnBuilder {
  #kind: 'number' | 'text' | 'list' | 'picture' | undefined;
  #rows = 0;
  #missing: number | undefined;
  readonly #numbers = new NumberList();
  readonly #codes = new NumberList();
  readonly #words = new Map<string, number>();
  readonly #starts = new NumberList();
  #shape: readonly number[] | 'ragged' | undefined;
  readonly #pictures: Uint8Array[] = [];
  #pictureBytes = 0;

  constructor(
    readonly name: string,
    private readonly options: BuilderOptions,
  ) {}

  add(cell: Cell): void {
    const row = this.#rows++;
    if (cell === null || cell === undefined || cell === '') {
      this.#missing ??= row;
      this.#pad();
      return;
    }
    const kind = kindOf(cell);
    if (this.#kind === undefined) {
      this.#kind = kind;
      for (let i = 0; i < row; i++) this.#pad();
    }
    if (kind !== this.#kind) throw this.#error(row, `holds a ${kind}, the rows before a ${this.#kind}`);
    if (typeof cell === 'string') this.#addText(cell);
    else if (Array.isArray(cell)) this.#addList(cell, row);
    else if (isPicture(cell)) this.#addPicture(cell.picture, row);
    else this.#numbers.push(Number(cell));
    this.#checkSize();
  }

  async build(): Promise<TableColumn> {
    const { name } = this;
    const missing = this.#missing === undefined ? {} : { missing: this.#missing };
    switch (this.#kind) {
      case undefined:
      case 'number':
        return { kind: 'numbers', name, shape: [], values: this.#numbers.values(), ...missing };
      case 'text':
        return { kind: 'texts', name, words: [...this.#words.keys()], codes: Int32Array.from(this.#codes.values()) };
      case 'picture':
        if (this.#missing !== undefined) throw this.#error(this.#missing, 'has no picture');
        return { kind: 'read', name, column: await this.options.pictures(name, this.#pictures) };
      case 'list': {
        if (this.#shape !== 'ragged') {
          if (this.#missing !== undefined) throw this.#error(this.#missing, 'has no list');
          return { kind: 'numbers', name, shape: this.#shape ?? [], values: this.#numbers.values() };
        }
        this.#starts.push(this.#numbers.length);
        return { kind: 'lists', name, values: this.#numbers.values(), starts: Uint32Array.from(this.#starts.values()) };
      }
    }
  }

  #pad(): void {
    if (this.#kind === 'number') this.#numbers.push(Number.NaN);
    else if (this.#kind === 'text') this.#codes.push(-1);
    else if (this.#kind === 'list') this.#starts.push(this.#numbers.length);
  }

  #addText(text: string): void {
    let code = this.#words.get(text);
    if (code === undefined) {
      code = this.#words.size;
      this.#words.set(text, code);
    }
    this.#codes.push(code);
  }

  #addList(list: readonly Cell[], row: number): void {
    this.#starts.push(this.#numbers.length);
    const shape = this.#flatten(list, row, 0);
    if (this.#shape === undefined) this.#shape = shape;
    else if (this.#shape !== 'ragged' && this.#shape.join() !== shape.join()) {
      if (shape.length > 1 || this.#shape.length > 1) {
        throw this.#error(row, `is ${shape.join('×')}, the rows before are ${this.#shape.join('×')}`);
      }
      this.#shape = 'ragged';
    }
  }

  /** The list's shape; its numbers go to the end of all. */
  #flatten(list: readonly Cell[], row: number, depth: number): number[] {
    if (depth === MAX_DEPTH) throw this.#error(row, `has lists within lists, more than ${MAX_DEPTH} deep`);
    let inner: number[] | undefined;
    for (const cell of list) {
      if (Array.isArray(cell)) {
        const own = this.#flatten(cell, row, depth + 1);
        if (inner !== undefined && inner.join() !== own.join())
          throw this.#error(row, 'has lists of different lengths');
        inner = own;
      } else if (typeof cell === 'number' || typeof cell === 'bigint' || typeof cell === 'boolean') {
        this.#numbers.push(Number(cell));
      } else throw this.#error(row, 'has a list with something in it that is no number');
    }
    this.#checkSize();
    return [list.length, ...(inner ?? [])];
  }

  #addPicture(picture: Uint8Array, row: number): void {
    this.#pictureBytes += picture.length;
    if (this.#pictureBytes > MAX_PICTURES) {
      throw this.#error(
        row,
        `brings the pictures beyond ${MAX_PICTURES / 2 ** 30} GiB. Unpack them into a folder for each class`,
      );
    }
    // A copy: a view would keep all that was read with it.
    this.#pictures.push(Uint8Array.from(picture));
  }

  #checkSize(): void {
    if (this.#numbers.length > MAX_NUMBERS) {
      throw new UserError(
        `${this.options.name}: the column "${this.name}" holds more than ${MAX_NUMBERS.toLocaleString('en')} numbers. Save it as a NumPy array (.npy): that is read from disk.`,
      );
    }
  }

  #error(row: number, what: string): UserError {
    return new UserError(`${this.options.name}: the column "${this.name}" ${what} (row ${row + 1}).`);
  }
}

function kindOf(cell: NonNullable<Cell>): 'number' | 'text' | 'list' | 'picture' {
  if (typeof cell === 'string') return 'text';
  if (Array.isArray(cell)) return 'list';
  return isPicture(cell) ? 'picture' : 'number';
}

function isPicture(cell: Cell): cell is Picture {
  return typeof cell === 'object' && cell !== null && 'picture' in cell;
}
