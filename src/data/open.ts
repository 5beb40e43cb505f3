// Opens what a recipe names as its data: the built-in digits, or files told apart by their content.
import { open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf, UserError } from '../errors';
import { random } from '../random';
import { type AugmentOptions, augmented } from './augment';
import { withClasses } from './classes-asked';
import type { Column } from './column';
import type { Dataset, Normalization } from './dataset';
import { digits } from './digits/digits';
import { isIdx, openIdx } from './idx';
import { isImageFolder, openImageFolder } from './images/folder';
import { isMaskFolder, openMaskFolder } from './images/mask-folder';
import { transformedSamples } from './images/transform';
import { isLfw, openLfw } from './lfw';
import { isNpy } from './npy';
import { isZip, openNpyFolder, openNpz } from './npz';
import type { ReadOptions } from './options';
import { divide, inputsOf, pairsOf, type StoredDataset, splitOf } from './samples';
import { isTableFile, openTables, tableFilesIn } from './table-files';

/** Folders around a folder of data. */
const MOST_WRAPPINGS = 3;

export interface DatasetOptions extends ReadOptions {
  /** Of every input. Default: pixels and other bytes 0..255 become 0..1, numbers stay as they are. */
  readonly normalization?: Normalization;
  /** Whether pixels stay 0..255 where the normalization says nothing: what is fed with them scales them itself. */
  readonly storedPixels?: boolean;
  /** Of the training samples. */
  readonly augment?: AugmentOptions;
  /** Share of the training samples that is held out for validation, 0 ≤ share < 1. Default 0.1. */
  readonly validation?: number;
  /** Decides which samples those are. Default 0. The test split never depends on it. */
  readonly seed?: number;
}

/**
 * Opens 'digits' (the built-in set) or a path. Throws UserError where there is no data of a known kind, where it is
 * damaged, or where an option is out of its range.
 */
export async function openDataset(source: string, options: DatasetOptions = {}): Promise<Dataset> {
  const { validation = 0.1, seed = 0 } = options;
  checkShare('validation', validation);
  if (options.test !== undefined) checkShare('test', options.test);
  const stored = withClasses(await openStored(source, options), options.classes);
  const [train, held] = stored.validation
    ? [stored.train, stored.validation]
    : divide(stored.train, validation, random(seed, 'validation'));
  const { inputs } = stored.train.samples;
  const { normalization, notes } = normalizationOf(options, inputs);
  const ofInputs = inputs.map(() => normalization);
  return {
    name: stored.name,
    inputs: inputsOf(stored.train.samples),
    scales: inputs.map(({ scale }) => normalization.scale ?? scale),
    train: augmented(splitOf(train, ofInputs), options.augment ?? {}),
    validation: splitOf(held, ofInputs),
    test: splitOf(stored.test, ofInputs),
    ...(options.output !== undefined && { output: options.output }),
    ...(stored.pairs && {
      pairs: {
        validation: pairsOf(stored.train.samples, stored.pairs.validation, ofInputs),
        test: pairsOf(stored.train.samples, stored.pairs.test, ofInputs),
      },
    }),
    notes: [...(stored.notes ?? []), ...inputs.flatMap(({ note }) => note ?? []), ...notes],
  };
}

function normalizationOf(
  { normalization = {}, storedPixels = false }: DatasetOptions,
  inputs: readonly Column[],
): { readonly normalization: Normalization; readonly notes: readonly string[] } {
  const keeps = storedPixels && Object.keys(normalization).length === 0 && inputs.some(({ scale }) => scale !== 1);
  if (!keeps) return { normalization, notes: [] };
  return {
    normalization: { scale: 1 },
    notes: ['pixels are fed as they are stored, 0 to 255, as the model scales them itself (--scale says otherwise)'],
  };
}

function checkShare(what: string, share: number): void {
  if (share >= 0 && share < 1) return;
  throw new UserError(`The ${what} share is ${share}. Choose one from 0 to less than 1, such as 0.1.`);
}

async function openStored(source: string, options: ReadOptions): Promise<StoredDataset> {
  if (source === 'digits') return transformedSamples(digits(), options.image);
  const stored = await openPath(source, options);
  if (stored !== undefined) return stored;
  throw new UserError(
    `${source} holds no data of a known kind. Looked for: IDX files (train-images-idx3-ubyte, train-labels-idx1-ubyte, …), ` +
      'NumPy arrays (.npz, .npy), a folder of pictures for each class, images and masks beside each other, CSV, JSON lines, Parquet, faces as in LFW. ' +
      'Choose such a file or folder, or "digits" for the built-in set.',
  );
}

/** @param wrappings folders that were nothing but a folder around this one. */
async function openPath(path: string, options: ReadOptions, wrappings = 0): Promise<StoredDataset | undefined> {
  if (await isIdx(path)) return transformedSamples(await openIdx(path), options.image);
  if (!(await stat(path)).isDirectory()) return openFile(path, options);
  const stored = await openFolder(path, options);
  if (stored !== undefined || wrappings === MOST_WRAPPINGS) return stored;
  const inner = await onlyFolderIn(path);
  return inner === undefined ? undefined : openPath(inner, options, wrappings + 1);
}

/** What an archive unpacks to is often a folder in a folder. */
async function onlyFolderIn(path: string): Promise<string | undefined> {
  const entries = await readdir(path, { withFileTypes: true });
  const folders = entries.filter((entry) => entry.isDirectory() && !/^[._]/.test(entry.name));
  const [only] = folders;
  return only && folders.length === 1 ? join(path, only.name) : undefined;
}

async function openFile(path: string, options: ReadOptions): Promise<StoredDataset | undefined> {
  const start = await startOf(path);
  if (isZip(start)) return openNpz(path, options);
  if (isNpy(start)) return openNpyFolder(path, options);
  return (await isTableFile(path)) ? openTables(path, options) : undefined;
}

async function openFolder(path: string, options: ReadOptions): Promise<StoredDataset | undefined> {
  const names = await readdir(path);
  if (names.some((name) => name.endsWith('.npy'))) return openNpyFolder(path, options);
  if (await isLfw(path)) return openLfw(path, options);
  if (await isMaskFolder(path)) return openMaskFolder(path, options);
  if (await isImageFolder(path)) return openImageFolder(path, options);
  return (await tableFilesIn(path)).length > 0 ? openTables(path, options) : undefined;
}

async function startOf(path: string): Promise<Uint8Array> {
  try {
    const file = await open(path);
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(16), 0, 16, 0);
      return buffer.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  } catch (error) {
    throw new UserError(`${path} can't be read (${messageOf(error)}). Check that it is a file you may read.`);
  }
}
