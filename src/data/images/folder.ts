// A folder of pictures, a folder for each class; with train, validation and test folders above them, or a seeded share
// for testing.
import { basename, join, resolve } from 'node:path';
import { UserError } from '../../errors';
import type { PictureOptions, ReadOptions } from '../options';
import type { Samples, StoredDataset } from '../samples';
import { type Part, partOf } from '../table';
import { isPicture } from './decode';
import { checkCount, fileColumn, foldersIn, type PictureFile, picturesIn, startOf } from './files';
import { PartedFiles } from './parts';

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
  const labelled = new PartedFiles<LabelledFile>();
  for (const [part, folder] of parts) labelled.add(part, await labelledFiles(folder, classNames, part));
  labelled.check(path);
  const samples = await samplesOf(path, labelled.files, classNames, options);
  return { name, ...labelled.divided(samples, name, options.test) };
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
    checkCount(files.length, folder);
  }
  return files;
}

async function samplesOf(
  folder: string,
  files: readonly LabelledFile[],
  classNames: readonly string[],
  options: PictureOptions,
): Promise<Samples> {
  return {
    count: files.length,
    inputs: [await fileColumn(folder, files, options)],
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

async function holdsPicture(folder: string): Promise<boolean> {
  const [first] = await picturesIn(folder);
  return first !== undefined && isPicture(await startOf(first, basename(first)));
}
