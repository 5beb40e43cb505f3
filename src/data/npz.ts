// NumPy arrays as a data set: an archive (.npz), a folder of arrays (.npy), or one of these. What they are called says
// what they are: x_train, y_train, x_test, y_test; images, labels; X, y.
import { open, readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { unzipSync } from 'fflate';
import { messageOf, UserError } from '../errors';
import { PIXEL_SCALE, rawColumn, sizeOf } from './column';
import { type NpyHeader, numbersOf, readNpyHeader, readNpyNumbers, readNpyTexts } from './npy';
import type { ReadOptions } from './options';
import type { StoredDataset } from './samples';
import { type Part, type Parts, partOf, type Table, type TableColumn } from './table';
import { dictionary } from './table-builder';
import { tableDataset } from './table-dataset';

/** 1 GiB of values: more than that is little room in memory beside a training; a .npy file is read from disk. */
const MAX_ARCHIVE_VALUES = 2 ** 30;
/** The most that Node reads into one buffer. */
const MAX_ARCHIVE = 2 ** 31 - 1;
/** Deflate's best: an entry that claims more than this from its bytes lies. */
const MAX_RATIO = 1032;
/** An array of more bytes than this stays on disk and is read sample by sample. */
const MAX_IN_MEMORY = 2 ** 29;
const HEADER_BYTES = 65_536 + 12;

export function isZip(start: Uint8Array): boolean {
  return start[0] === 0x50 && start[1] === 0x4b && start[2] === 3 && start[3] === 4;
}

/** Throws UserError where an array is missing, damaged or of a type that is not read. */
export async function openNpz(path: string, options: ReadOptions): Promise<StoredDataset> {
  const { size } = await stat(path);
  if (size > MAX_ARCHIVE) {
    throw new UserError(
      `${basename(path)} is larger than 2 GiB. Save its arrays as .npy files in a folder: those are read from disk.`,
    );
  }
  const entries = unpacked(await readFile(path), basename(path));
  const arrays = Object.entries(entries).map(([entry, bytes]): NamedArray => {
    const name = `${basename(path)}: ${entry}`;
    const header = readNpyHeader(bytes, name);
    return { key: entry.replace(/\.npy$/, ''), count: header.shape[0], column: inMemory(bytes, header, name) };
  });
  return tableDataset(basename(path, extname(path)), partsOf(arrays, basename(path)), options);
}

/** A folder of .npy files, or the folder that one lies in. */
export async function openNpyFolder(path: string, options: ReadOptions): Promise<StoredDataset> {
  const folder = (await stat(path)).isDirectory() ? path : dirname(path);
  const names = (await readdir(folder)).filter((name) => name.endsWith('.npy')).sort();
  const arrays: NamedArray[] = [];
  for (const name of names) arrays.push(await openArray(join(folder, name)));
  return tableDataset(basename(folder), partsOf(arrays, basename(folder)), options);
}

interface NamedArray {
  readonly key: string;
  /** Rows; undefined of an array without an axis. */
  readonly count: number | undefined;
  column(name: string): TableColumn;
}

function inMemory(file: Uint8Array, header: NpyHeader, where: string): (name: string) => TableColumn {
  return (name) => {
    if (header.kind === 'U' || header.kind === 'S') {
      return { kind: 'texts', name, ...dictionary(readNpyTexts(file, header, where)) };
    }
    return { kind: 'numbers', name, shape: header.shape.slice(1), values: readNpyNumbers(file, header, where) };
  };
}

async function openArray(path: string): Promise<NamedArray> {
  const name = basename(path);
  const { size } = await stat(path);
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(Math.min(size, HEADER_BYTES)), 0, undefined, 0);
    const header = readNpyHeader(buffer.subarray(0, bytesRead), name);
    const key = name.replace(/\.npy$/, '');
    const count = header.shape[0];
    if (size <= MAX_IN_MEMORY) return { key, count, column: inMemory(await readFile(path), header, name) };
    return { key, count, column: onDisk(path, header, size) };
  } finally {
    await file.close();
  }
}

/** Rows are read when they are asked for: neighbours in the file in one go. */
function onDisk(path: string, header: NpyHeader, size: number): (name: string) => TableColumn {
  const name = basename(path);
  const { kind, start, bytes, fortran, shape } = header;
  if (start + bytes !== size) {
    throw new UserError(
      `${name}: its header says ${shape.join('×')}, ${bytes} bytes, the file holds ${size - start}. The file looks damaged; save it again.`,
    );
  }
  if (fortran || kind === 'U' || kind === 'S') {
    throw new UserError(
      `${name}: an array of this size is read from disk, which wants numbers in C order. Save numpy.ascontiguousarray of it.`,
    );
  }
  const sample = shape.slice(1);
  const values = sizeOf(sample);
  const row = values * header.size;
  return (own) => {
    const scale = header.size === 1 && kind === 'u' && sample.length > 0 ? PIXEL_SCALE : 1;
    const column = rawColumn({ name: own, shape: sample, scale }, async (rows, out) => {
      const file = await open(path);
      try {
        for (let i = 0; i < rows.length; i++) {
          const from = start + (rows[i] as number) * row;
          const { buffer, bytesRead } = await file.read(Buffer.alloc(row), 0, row, from);
          if (bytesRead < row) throw new UserError(`${name} has become shorter while it is read. Start again.`);
          out.set(numbersOf(buffer, header, name), i * values);
        }
      } finally {
        await file.close();
      }
    });
    return { kind: 'read', name: own, column };
  };
}

/** Arrays of one part make up one table; those that tell no part are the training part. */
function partsOf(arrays: readonly NamedArray[], name: string): Parts<Table> {
  const named = arrays.map((array) => ({ array, ...partOf(array.key) }));
  const table = (part: Part | undefined): Table | undefined => {
    const own = named.filter((each) => each.part === part && each.array.count !== undefined);
    if (own.length === 0) return undefined;
    const counts = own.map(({ array }) => array.count ?? 0);
    const [count = 0] = counts;
    const other = counts.findIndex((each) => each !== count);
    if (other >= 0) {
      throw new UserError(
        `${name}: "${own[other]?.array.key}" has ${counts[other]} rows, "${own[0]?.array.key}" has ${count}. They are not of the same set.`,
      );
    }
    if (count === 0) throw new UserError(`${name}: "${own[0]?.array.key}" is empty.`);
    return { name, count, columns: own.map(({ array, rest }) => array.column(rest || array.key)) };
  };
  const train = table('train') ?? table(undefined);
  if (train === undefined) {
    throw new UserError(
      `${name} holds no arrays with a row a sample. Save arrays like x_train, y_train, x_test and y_test, or images and labels.`,
    );
  }
  const [validation, test] = [table('validation'), table('test')];
  return { train, ...(validation && { validation }), ...(test && { test }) };
}

/** The .npy entries of an archive. Sizes are checked before anything is unpacked. */
function unpacked(file: Uint8Array, name: string): Record<string, Uint8Array> {
  let total = 0;
  try {
    return unzipSync(file, {
      filter({ name: entry, originalSize, size }) {
        if (!entry.endsWith('.npy')) return false;
        total += originalSize;
        if (originalSize > size * MAX_RATIO + HEADER_BYTES) {
          throw new UserError(
            `${name} is damaged: "${entry}" is said to unpack to ${originalSize.toLocaleString('en')} bytes, which ${size.toLocaleString('en')} can't. Save it again.`,
          );
        }
        if (total > MAX_ARCHIVE_VALUES) {
          throw new UserError(
            `${name} unpacks to more than 1 GiB. Save its arrays as .npy files in a folder: those are read from disk.`,
          );
        }
        return true;
      },
    });
  } catch (error) {
    if (error instanceof UserError) throw error;
    throw new UserError(`${name} is a damaged archive (${messageOf(error)}). Save it again.`);
  }
}
