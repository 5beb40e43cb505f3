// Files that hold tables (CSV, JSON lines, Parquet), alone or as a folder with a file, or several, for each part.
import { readdir, stat } from 'node:fs/promises';
import { basename, extname, join, resolve } from 'node:path';
import { UserError } from '../errors';
import { openBytes } from './bytes';
import type { Column } from './column';
import { isCsv, readCsv } from './csv';
import { commonForm, pictureColumn } from './images/column';
import { measureImage } from './images/decode';
import type { ImageSize } from './images/format';
import { isJsonLines, readJsonLines } from './json-lines';
import type { PictureOptions, ReadOptions } from './options';
import { isParquet, readParquet } from './parquet';
import type { StoredDataset } from './samples';
import { type Part, type Parts, partOf, type Table } from './table';
import { appended } from './table-append';
import { tableDataset } from './table-dataset';

const TABLE_NAME = /\.(?:csv|tsv|txt|jsonl|ndjson|json|parquet)(?:\.gz)?$/i;
const START = 4096;

export async function isTableFile(path: string): Promise<boolean> {
  return (await kindOf(path)) !== undefined;
}

/** Table files in a folder, in the order of their names. */
export async function tableFilesIn(folder: string): Promise<string[]> {
  const names = (await readdir(folder)).filter((name) => TABLE_NAME.test(name)).sort();
  const found: string[] = [];
  for (const name of names) if (await isTableFile(join(folder, name))) found.push(join(folder, name));
  return found;
}

/** One file, or a folder of them. Throws UserError where a file is damaged, or the files are not of one set. */
export async function openTables(path: string, options: ReadOptions): Promise<StoredDataset> {
  const isFolder = (await stat(path)).isDirectory();
  const files = isFolder ? await tableFilesIn(path) : [path];
  const name = isFolder ? basename(resolve(path)) : basename(path, extname(path));
  const parts = isFolder ? filesOfParts(files, path) : { train: files };
  const read = async (paths: readonly string[]): Promise<Table> => {
    const tables: Table[] = [];
    for (const file of paths) tables.push(await readTable(file, options));
    return appended(tables);
  };
  const tables: Parts<Table> = {
    train: await read(parts.train),
    ...(parts.validation && { validation: await read(parts.validation) }),
    ...(parts.test && { test: await read(parts.test) }),
  };
  return tableDataset(name, tables, options);
}

/** By the files' names; those that tell no part are the training part where none does. */
function filesOfParts(files: readonly string[], folder: string): Parts<readonly string[]> {
  const of = (part: Part | undefined): string[] => files.filter((file) => partOf(basename(file)).part === part);
  const [train, validation, test, others] = [of('train'), of('validation'), of('test'), of(undefined)];
  if (train.length === 0 && others.length > 1) {
    throw new UserError(
      `${folder} holds ${others.map((file) => basename(file)).join(', ')}: which is the data? Name one of them, or call them train and test.`,
    );
  }
  const training = train.length > 0 ? train : others;
  if (training.length === 0)
    throw new UserError(
      `${folder} holds no training file beside ${basename(files[0] ?? '')}. Put one there, called train.`,
    );
  return {
    train: training,
    ...(validation.length > 0 && { validation }),
    ...(test.length > 0 && { test }),
  };
}

type Kind = 'csv' | 'jsonl' | 'parquet';

/** Told by the content. */
async function kindOf(path: string): Promise<Kind | undefined> {
  const start = await startOf(path);
  if (isParquet(start)) return 'parquet';
  if (isJsonLines(start)) return 'jsonl';
  return isCsv(start) ? 'csv' : undefined;
}

/** Of a packed file the start of what it holds. */
async function startOf(path: string): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of (await openBytes(path)).chunks) {
    parts.push(chunk);
    length += chunk.length;
    if (length >= START) break;
  }
  return Buffer.concat(parts);
}

async function readTable(path: string, options: ReadOptions): Promise<Table> {
  const builder = {
    ...options,
    name: basename(path),
    pictures: (column: string, files: readonly Uint8Array[]) => packedPictures(column, files, basename(path), options),
  };
  switch (await kindOf(path)) {
    case 'parquet':
      return readParquet(path, builder);
    case 'jsonl':
      return readJsonLines(path, builder);
    case 'csv':
      return readCsv(path, builder);
    case undefined:
      throw new UserError(`${path} is no table: wanted CSV, JSON lines or Parquet.`);
  }
}

/** Pictures that lie packed in memory, decoded when they are asked for. */
async function packedPictures(
  column: string,
  files: readonly Uint8Array[],
  name: string,
  options: PictureOptions,
): Promise<Column> {
  const nameOf = (row: number): string => `${name}, ${column} of row ${row + 1}`;
  const sizes = files.map((file, row): readonly [ImageSize, string] => {
    const size = measureImage(file, nameOf(row));
    if (size === undefined) throw new UserError(`${nameOf(row)}: its header ends early. Get the file again.`);
    return [size, nameOf(row)];
  });
  const read = async (row: number): Promise<Uint8Array> => files[row] as Uint8Array;
  return pictureColumn(column, { count: files.length, read, nameOf }, commonForm(sizes, options));
}
