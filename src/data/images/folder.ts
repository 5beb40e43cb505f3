// A folder of pictures, a folder for each class; with train, validation and test folders above them, or a seeded share
// for testing.
import { constants } from 'node:fs';
import { open, readdir, readFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { messageOf, UserError } from '../../errors';
import { random } from '../../random';
import { type ImageOptions, type ReadOptions, TEST_SHARE } from '../options';
import { divide, type Samples, type StoredDataset } from '../samples';
import { type Part, partOf } from '../table';
import { commonForm, pictureColumn } from './column';
import { isPicture, measureImage } from './decode';
import type { ImageSize } from './format';

/** 4 million names take about a gigabyte. */
const MAX_FILES = 4_000_000;
/** Enough for the header of most files; what has more before it is read whole. */
const START = 4096;
/** A picture of 64 megapixels without any compression; a device that a link names has no end. */
const MAX_FILE = 2 ** 28;
/** Files looked at at a time. */
const AT_ONCE = 32;

export interface PictureFile {
  readonly path: string;
  /** Shown in messages: from the data set's folder on. */
  readonly name: string;
}

/** Whether the folder holds class folders with pictures in them, or train and test folders that do. */
export async function isImageFolder(path: string): Promise<boolean> {
  for (const folder of await foldersIn(path)) {
    if (await holdsPicture(join(path, folder))) return true;
    if (partOf(folder).part === undefined) continue;
    for (const inner of await foldersIn(join(path, folder))) {
      if (await holdsPicture(join(path, folder, inner))) return true;
    }
  }
  return false;
}

/** Throws UserError where a class is empty, pictures differ in what nobody asked to change, or one is damaged. */
export async function openImageFolder(path: string, options: ReadOptions): Promise<StoredDataset> {
  const name = basename(resolve(path));
  const parts = await partFolders(path);
  const classNames = [...new Set((await Promise.all([...parts.values()].map(foldersIn))).flat())].sort();
  const labelled: LabelledFile[] = [];
  const ranges = new Map<Part | undefined, Uint32Array>();
  for (const [part, folder] of parts) {
    const found = await labelledFiles(folder, classNames, part);
    ranges.set(
      part,
      Uint32Array.from(found, (_, i) => labelled.length + i),
    );
    for (const file of found) labelled.push(file);
  }
  const [training, validation, test] = [
    ranges.get('train') ?? ranges.get(undefined),
    ranges.get('validation'),
    ranges.get('test'),
  ];
  if (training === undefined)
    throw new UserError(`${path} has no train folder beside its test folder. Put the training pictures there.`);
  const samples = await samplesOf(path, labelled, classNames, options.image ?? {});
  const train = { samples, indices: training };
  const common = { name, ...(validation && { validation: { samples, indices: validation } }) };
  if (test) return { ...common, train, test: { samples, indices: test } };
  const [rest, taken] = divide(train, options.test ?? TEST_SHARE, random(name, 'test'));
  return { ...common, train: rest, test: taken };
}

/** The folders whose folders are classes, by what they are for; the folder itself where there are none for a part. */
async function partFolders(path: string): Promise<ReadonlyMap<Part | undefined, string>> {
  const parts = new Map<Part | undefined, string>();
  for (const folder of await foldersIn(path)) {
    const { part, rest } = partOf(folder);
    if (part !== undefined && rest === '' && (await foldersIn(join(path, folder))).length > 0) {
      parts.set(part, join(path, folder));
    }
  }
  return parts.size > 0 ? parts : new Map([[undefined, path]]);
}

interface LabelledFile extends PictureFile {
  readonly label: number;
}

async function labelledFiles(
  folder: string,
  classNames: readonly string[],
  part: Part | undefined,
): Promise<LabelledFile[]> {
  const whole = part === undefined || part === 'train';
  const files: LabelledFile[] = [];
  for (const [label, className] of classNames.entries()) {
    const paths = await picturesIn(join(folder, className));
    if (paths.length === 0 && whole) {
      throw new UserError(`The class folder ${join(folder, className)} holds no pictures. Fill it or take it out.`);
    }
    for (const path of paths) {
      const name = `${className}/${basename(path)}`;
      files.push({ path, name: part === undefined ? name : `${basename(folder)}/${name}`, label });
    }
    if (files.length > MAX_FILES)
      throw new UserError(`${folder} holds more than ${MAX_FILES.toLocaleString('en')} files.`);
  }
  return files;
}

async function samplesOf(
  folder: string,
  files: readonly LabelledFile[],
  classNames: readonly string[],
  image: ImageOptions,
): Promise<Samples> {
  return {
    count: files.length,
    inputs: [await fileColumn(folder, files, image)],
    targets: [
      {
        kind: 'classes',
        name: 'labels',
        classes: classNames.length,
        classNames,
        numeric: false,
        shape: [],
        labels: Int32Array.from(files, ({ label }) => label),
      },
    ],
  };
}

/** A column of picture files. All of them are measured first, so that one that does not fit is found before a session. */
export async function fileColumn(folder: string, files: readonly PictureFile[], image: ImageOptions) {
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
  return pictureColumn('images', read, commonForm(sizes, image));
}

async function readPicture({ path, name }: PictureFile): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (error) {
    throw new UserError(`${name} can't be read (${messageOf(error)}).`);
  }
}

async function measure(path: string, name: string): Promise<ImageSize> {
  const size = measureImage(await startOf(path, name), name) ?? measureImage(await readPicture({ path, name }), name);
  if (size === undefined)
    throw new UserError(`${name}: its header ends early. The file looks truncated; replace it or take it out.`);
  return size;
}

async function startOf(path: string, name: string): Promise<Uint8Array> {
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

async function picturesIn(folder: string): Promise<string[]> {
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

async function foldersIn(path: string): Promise<string[]> {
  const entries = await readdir(path, { withFileTypes: true }).catch((error: unknown) => {
    throw new UserError(`${path} can't be read (${messageOf(error)}).`);
  });
  return entries
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .map(({ name }) => name)
    .sort();
}

async function holdsPicture(folder: string): Promise<boolean> {
  const [first] = await picturesIn(folder);
  return first !== undefined && isPicture(await startOf(first, basename(first)));
}
