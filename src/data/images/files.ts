// Picture files in folders: which there are, how large each is, and all of them as a column.
import { constants } from 'node:fs';
import { open, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf, UserError } from '../../errors';
import type { PictureOptions } from '../options';
import { commonForm, pictureColumn } from './column';
import { measureImage } from './decode';
import type { ImageSize } from './format';

/** 4 million names take about a gigabyte. */
const MAX_FILES = 4_000_000;
/** Enough for the header of most files; what has more before it is read whole. */
const START = 4096;
/** A picture of 64 megapixels without any compression; a device that a link names has no end. */
const MAX_FILE = 2 ** 28;
/** Files looked at at a time. */
export const AT_ONCE = 32;

export interface PictureFile {
  readonly path: string;
  /** Shown in messages: from the data set's folder on. */
  readonly name: string;
}

/** Throws UserError where a folder holds more files than are read. */
export function checkCount(files: number, folder: string): void {
  if (files > MAX_FILES) throw new UserError(`${folder} holds more than ${MAX_FILES.toLocaleString('en')} files.`);
}

/** A column of picture files. All of them are measured first, so that one that does not fit is found before a session. */
export async function fileColumn(folder: string, files: readonly PictureFile[], options: PictureOptions) {
  if (files.length === 0)
    throw new UserError(`${folder} holds no pictures. Choose a folder with a folder for each class.`);
  const sizes: (readonly [ImageSize, string])[] = [];
  for (let from = 0; from < files.length; from += AT_ONCE) {
    const some = files.slice(from, from + AT_ONCE);
    sizes.push(...(await Promise.all(some.map(async ({ path, name }) => [await measure(path, name), name] as const))));
  }
  const read = {
    count: files.length,
    read: async (row: number) => readPicture(files[row] as PictureFile),
    nameOf: (row: number) => (files[row] as PictureFile).name,
  };
  return pictureColumn('images', read, commonForm(sizes, options));
}

export async function readPicture({ path, name }: PictureFile): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (error) {
    throw new UserError(`${name} can't be read (${messageOf(error)}).`);
  }
}

export async function measure(path: string, name: string): Promise<ImageSize> {
  const size = measureImage(await startOf(path, name), name) ?? measureImage(await readPicture({ path, name }), name);
  if (size === undefined)
    throw new UserError(`${name}: its header ends early. The file looks truncated; replace it or take it out.`);
  return size;
}

export async function startOf(path: string, name: string): Promise<Uint8Array> {
  try {
    // Opening a pipe without this flag waits for whoever writes to it.
    const file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    try {
      const found = await file.stat();
      if (!found.isFile()) throw new Error('it is no file');
      const { size } = found;
      if (size > MAX_FILE) throw new Error(`it is ${size.toLocaleString('en')} bytes long`);
      const { buffer, bytesRead } = await file.read(Buffer.alloc(START), 0, START, 0);
      return buffer.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  } catch (error) {
    throw new UserError(`${name} can't be read (${messageOf(error)}).`);
  }
}

/** Files whose names end like a picture's; others (notes, thumbnails of a system) are left out. */
const PICTURE_NAME = /\.(?:png|jpe?g|bmp|pgm|ppm|pnm)$/i;

export async function picturesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    // A class that one part lacks is no fault.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw new UserError(`${folder} can't be read (${messageOf(error)}).`);
  });
  return entries
    .filter((entry) => !entry.isDirectory() && !entry.name.startsWith('.') && PICTURE_NAME.test(entry.name))
    .map((entry) => join(folder, entry.name))
    .sort();
}

export async function foldersIn(path: string): Promise<string[]> {
  const entries = await readdir(path, { withFileTypes: true }).catch((error: unknown) => {
    throw new UserError(`${path} can't be read (${messageOf(error)}).`);
  });
  return entries
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .map(({ name }) => name)
    .sort();
}
