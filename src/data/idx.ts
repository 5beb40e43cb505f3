// A data set in IDX files, as MNIST and its relatives come: images and labels, for training and for testing.
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { messageOf, UserError } from '../errors';
import { random } from '../random';
import { type IdxFile, isIdxFile, readIdxFile } from './idx-file';
import { labelRange } from './other-reading';
import { allOf, divide, type LabelledBytes, labelledBytes, type StoredDataset } from './samples';

/** What a set is called may stand before: emnist-letters-train-images-idx3-ubyte.gz. */
const FILE_NAME = /^(?:(.+)[-_.])?(train|t10k|test)-(images[-.]idx[34]|labels[-.]idx1)-ubyte(?:\.gz)?$/;
/** What is taken for testing where there are no t10k files: as many for each training sample as MNIST has, nearly. */
const TEST_SHARE = 1 / 6;

type Part = 'train' | 't10k';

/** Whether `path` is an IDX file or a folder with some under the usual names. Throws UserError where it can't be read. */
export async function isIdx(path: string): Promise<boolean> {
  const { folder, file } = await located(path);
  if (file === undefined) return (await namesIn(folder)).length > 0;
  // By its name too, so that a damaged file is called damaged, not unknown.
  return FILE_NAME.test(file) || (await isIdxFile(path));
}

/**
 * Reads a folder with the usual names (train-images-idx3-ubyte, …, plain or .gz), or the set that one such file is of.
 * Without t10k files a sixth of the training samples, always the same ones, is the test split.
 * Images are N×H×W (a sample is [H, W, 1]) or N×H×W×C. Throws UserError where a file is missing, damaged or doesn't
 * match the others.
 */
export async function openIdx(path: string): Promise<StoredDataset<LabelledBytes>> {
  const { folder, file } = await located(path);
  if (file !== undefined && !FILE_NAME.test(file)) {
    throw new UserError(
      `${file}: an IDX file's name tells what it holds. Name it like train-images-idx3-ubyte, and its labels train-labels-idx1-ubyte.`,
    );
  }
  const found = await namesIn(folder);
  const set = setOf(found, file, folder);
  const names = preferred(
    found.filter((name) => FILE_NAME.exec(name)?.[1] === set),
    file,
  );
  const train = await readPart(folder, names, 'train');
  const name = set ?? basename(resolve(folder));
  if (!names.some((entry) => isOf(entry, 't10k'))) {
    const [rest, test] = divide(allOf(train.samples), TEST_SHARE, random('idx', 'test'));
    return { name, train: rest, test };
  }
  const test = await readPart(folder, names, 't10k');
  checkSame(train, test);
  // One range for both, also where a part lacks the last label or the first.
  const lowest = Math.min(train.lowest, test.lowest);
  const alike = ({ samples }: ReadPart): LabelledBytes => {
    const { shape, values, labels } = samples;
    return labelledBytes(shape, values, labels, train.classes, lowest);
  };
  return { name, train: allOf(alike(train)), test: allOf(alike(test)) };
}

/** What stands before the usual names. Throws UserError where a folder holds several sets, and none is named. */
function setOf(names: readonly string[], file: string | undefined, folder: string): string | undefined {
  if (file !== undefined) return FILE_NAME.exec(file)?.[1];
  const sets = [...new Set(names.map((name) => FILE_NAME.exec(name)?.[1]))];
  if (sets.length > 1) {
    const [first, second] = sets.map((set) => names.find((name) => FILE_NAME.exec(name)?.[1] === set));
    throw new UserError(`${folder} holds several sets, as ${first} and ${second} say. Name one of their files.`);
  }
  return sets[0];
}

/** Whether a file is of the part; t10k is also called test. */
function isOf(name: string, part: Part): boolean {
  const own = FILE_NAME.exec(name)?.[2];
  return own === part || (own === 'test' && part === 't10k');
}

async function located(path: string): Promise<{ folder: string; file?: string }> {
  const entry = await stat(path).catch((error: unknown) => {
    throw new UserError(`${path} can't be read (${messageOf(error)}). Check the path.`);
  });
  return entry.isDirectory() ? { folder: path } : { folder: dirname(path), file: basename(path) };
}

async function namesIn(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch((error: unknown) => {
    throw new UserError(`${folder} can't be read (${messageOf(error)}). Check that it is a folder you may read.`);
  });
  return names.filter((name) => FILE_NAME.test(name));
}

/** The file that was asked for first, then plain before packed: the same data, read faster. */
function preferred(names: readonly string[], file: string | undefined): string[] {
  const rank = (name: string): number => (name === file ? 0 : name.endsWith('.gz') ? 2 : 1);
  return names.toSorted((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
}

interface ReadPart {
  readonly images: IdxFile;
  readonly labels: IdxFile;
  readonly shape: readonly number[];
  readonly classes: number;
  readonly lowest: number;
  readonly samples: LabelledBytes;
}

async function readPart(folder: string, names: readonly string[], part: Part): Promise<ReadPart> {
  const images = await readIdxFile(find(folder, names, part, 'images'), [3, 4]);
  const labels = await readIdxFile(find(folder, names, part, 'labels'), [1]);
  const [count, ...shape] = images.dimensions;
  if (count !== labels.values.length) {
    throw new UserError(
      `${labels.name} has ${labels.values.length} labels, ${images.name} has ${count} images. They are not of the same set; get both again.`,
    );
  }
  const pixels = shape.length === 2 ? [...shape, 1] : shape;
  const { classes, lowest } = labelRange([labels.values]);
  const samples = labelledBytes(pixels, images.values, Int32Array.from(labels.values), classes, lowest);
  return { images, labels, shape: pixels, classes, lowest, samples };
}

function find(folder: string, names: readonly string[], part: Part, what: 'images' | 'labels'): string {
  const name = names.find((entry) => isOf(entry, part) && FILE_NAME.exec(entry)?.[3]?.startsWith(what));
  if (name !== undefined) return join(folder, name);
  throw new UserError(
    `${part}-${what}-${what === 'images' ? 'idx3' : 'idx1'}-ubyte (or .gz) is missing in ${folder}. Put it beside the other files of the set.`,
  );
}

function checkSame(train: ReadPart, test: ReadPart): void {
  if (test.shape.join() !== train.shape.join()) {
    throw new UserError(
      `${test.images.name} has samples of ${test.shape.join('×')}, ${train.images.name} of ${train.shape.join('×')}. They are not of the same set; get both again.`,
    );
  }
  if (test.classes > train.classes) {
    throw new UserError(
      `${test.labels.name} has labels up to ${test.classes - 1}, ${train.labels.name} only up to ${train.classes - 1}. They are not of the same set; get both again.`,
    );
  }
}
