// Pictures for segmentation: a folder of pictures and beside it one of masks, whose files have the same names. Each may lie
// in train, validation and test folders, or hold such folders; else a seeded share is for testing.
import { basename, extname, join, resolve } from 'node:path';
import { UserError } from '../../errors';
import { byteColumn } from '../column';
import type { ReadOptions } from '../options';
import type { Samples, StoredClasses, StoredDataset, StoredTarget } from '../samples';
import { type Part, partOf } from '../table';
import {
  AT_ONCE,
  checkCount,
  fileColumn,
  foldersIn,
  measure,
  type PictureFile,
  picturesIn,
  readPicture,
} from './files';
import { knownLayout } from './known-masks';
import { decodeMask, resizedMask } from './mask';
import { IGNORED, type Palette, paletteOf } from './palette';
import { PartedFiles } from './parts';

const PICTURES = /^(?:images?|imgs?|pictures?|photos?|jpegimages|inputs?)$/i;
const MASKS = /^(?:masks?|labels?|annotations?|segmentations?|segmentationclass|ground[-_ ]?truths?|gts?|targets?)$/i;
/** What programs add to a mask's name. */
const MASK_SUFFIX = /[-_.](?:masks?|segmentations?|seg|labels?|labelids|gt)$/i;
/** All masks together, a byte a pixel: they are kept in memory, and what is divided is copied once. */
const MOST_BYTES = 2 ** 30;

interface Pair {
  readonly picture: PictureFile;
  readonly mask: PictureFile;
}

/** Folders of pictures and of their masks. */
interface Folders {
  readonly part: Part | undefined;
  readonly pictures: string;
  readonly masks: string;
}

export async function isMaskFolder(path: string): Promise<boolean> {
  return (await knownLayout(path)) !== undefined || (await foldersOf(path)).length > 0;
}

/** Throws UserError where a picture has no mask, a mask is of another size than its picture, or its pixels are colours. */
export async function openMaskFolder(path: string, options: ReadOptions): Promise<StoredDataset> {
  const name = basename(resolve(path));
  const pairs = new PartedFiles<Pair>();
  const notes: string[] = [];
  for (const [part, found] of await partsOf(path, options.palette !== undefined, notes)) {
    pairs.add(part, found);
    checkCount(pairs.files.length, path);
  }
  pairs.check(path);
  const samples = await samplesOf(path, pairs.files, options, notes);
  return { name, notes, ...pairs.divided(samples, name, options.test) };
}

async function partsOf(
  path: string,
  coloured: boolean,
  notes: string[],
): Promise<(readonly [Part | undefined, readonly Pair[]])[]> {
  const layout = await knownLayout(path);
  if (layout !== undefined) {
    const known = await layout(path, coloured);
    const parts = [...new Set(known.map(({ part }) => part))];
    return parts.map((part) => {
      const own = known.filter((pair) => pair.part === part);
      return [part, own.map(({ picture, mask }) => ({ picture: fileIn(path, picture), mask: fileIn(path, mask) }))];
    });
  }
  const folders = await foldersOf(path);
  return Promise.all(folders.map(async (own) => [own.part, await pairsIn(path, own, notes)] as const));
}

/** Shown from the data set's folder on. */
function fileIn(path: string, file: string): PictureFile {
  return { path: file, name: resolve(file).slice(resolve(path).length + 1) };
}

/** train/images and train/masks, images/train and masks/train, or images and masks; none where it is no such folder. */
async function foldersOf(path: string): Promise<Folders[]> {
  const found: Folders[] = [];
  const folders = await foldersIn(path);
  for (const folder of folders) {
    const { part, rest } = partOf(folder);
    if (part === undefined || rest !== '') continue;
    const inner = await twoIn(join(path, folder));
    if (inner !== undefined && (await holdPictures(inner))) found.push({ part, ...inner });
  }
  const two = found.length > 0 ? undefined : await twoIn(path);
  if (two === undefined) return found;
  const masks = await foldersIn(two.masks);
  for (const folder of await foldersIn(two.pictures)) {
    const { part, rest } = partOf(folder);
    const same = masks.find((other) => partOf(other).part === part);
    if (part === undefined || rest !== '' || same === undefined) continue;
    const inner = { pictures: join(two.pictures, folder), masks: join(two.masks, same) };
    if (await holdPictures(inner)) found.push({ part, ...inner });
  }
  return found.length > 0 || !(await holdPictures(two)) ? found : [{ part: undefined, ...two }];
}

/** The two folders, where there is one of each and no other: class folders may have any names. */
async function twoIn(path: string): Promise<Omit<Folders, 'part'> | undefined> {
  const folders = await foldersIn(path);
  const [pictures, ...morePictures] = folders.filter((name) => PICTURES.test(name));
  const [masks, ...moreMasks] = folders.filter((name) => MASKS.test(name));
  if (pictures === undefined || masks === undefined || morePictures.length + moreMasks.length > 0) return undefined;
  return { pictures: join(path, pictures), masks: join(path, masks) };
}

async function holdPictures({ pictures, masks }: Omit<Folders, 'part'>): Promise<boolean> {
  return (await picturesIn(pictures)).length > 0 && (await picturesIn(masks)).length > 0;
}

async function pairsIn(path: string, { pictures, masks }: Folders, notes: string[]): Promise<Pair[]> {
  const shown = (file: string): string => file.slice(resolve(path).length + 1);
  const byStem = new Map<string, string>();
  const maskFiles = await picturesIn(masks);
  for (const file of maskFiles) {
    const stem = stemOf(file);
    for (const key of [stem, stem.replace(MASK_SUFFIX, '')]) {
      // Where there are several, the PNG.
      if (!byStem.has(key) || extname(file).toLowerCase() === '.png') byStem.set(key, file);
    }
  }
  const used = new Set<string>();
  const missing: string[] = [];
  const pairs: Pair[] = [];
  for (const file of await picturesIn(pictures)) {
    const mask = byStem.get(stemOf(file));
    if (mask === undefined) {
      missing.push(file);
      continue;
    }
    used.add(mask);
    pairs.push({ picture: fileIn(path, file), mask: fileIn(path, mask) });
  }
  const [first, ...others] = missing;
  if (first !== undefined) {
    const more = others.length === 0 ? '' : ` (and ${others.length.toLocaleString('en')} more have none)`;
    throw new UserError(
      `${join(path, shown(resolve(first)))} has no mask${more}: ${join(masks, `${stemOf(first)}.png`)} is not there. Add it, or take the picture out.`,
    );
  }
  const left = maskFiles.length - used.size;
  if (left > 0) {
    const one = maskFiles.find((file) => !used.has(file)) ?? '';
    notes.push(
      `masks without a picture are left out: ${shown(resolve(one))}${left === 1 ? '' : ` and ${left - 1} more`}`,
    );
  }
  return pairs;
}

function stemOf(file: string): string {
  return basename(file, extname(file));
}

async function samplesOf(
  path: string,
  pairs: readonly Pair[],
  options: ReadOptions,
  notes: string[],
): Promise<Samples> {
  const palette = options.palette === undefined ? undefined : paletteOf(options.palette);
  const files = pairs.map(({ picture }) => picture);
  const column = await fileColumn(path, files, options);
  const [height = 1, width = 1] = column.shape;
  const size = height * width;
  if (size * pairs.length > MOST_BYTES) {
    throw new UserError(
      `${path}: ${pairs.length.toLocaleString('en')} masks of ${width}×${height} pixels are more than the ${MOST_BYTES.toLocaleString('en')} bytes that are kept in memory. ` +
        'Bring them to a smaller size, --size (data.image.size in a recipe), or use fewer.',
    );
  }
  const values = new Uint8Array(size * pairs.length);
  for (let from = 0; from < pairs.length; from += AT_ONCE) {
    const read = async (pair: Pair, i: number): Promise<void> => {
      values.set(await maskOf(pair, { height, width }, palette), (from + i) * size);
    };
    await Promise.all(pairs.slice(from, from + AT_ONCE).map(read));
  }
  const target = targetOf(values, [height, width], palette);
  if (target.kind === 'classes' && target.ignored !== undefined) notes.push(ignoredNote(values));
  return { count: pairs.length, inputs: [column], targets: [target] };
}

async function maskOf(
  { picture, mask }: Pair,
  to: { height: number; width: number },
  palette: Palette | undefined,
): Promise<Uint8Array> {
  const [of, decoded] = await Promise.all([measure(picture.path, picture.name), readPicture(mask)]);
  const read = decodeMask(decoded, mask.name, palette);
  if (of.height !== read.height || of.width !== read.width) {
    throw new UserError(
      `${mask.name} is ${read.width}×${read.height}, its picture ${picture.name} is ${of.width}×${of.height}. A mask has a value for each pixel of its picture: make it anew.`,
    );
  }
  return resizedMask(read, to);
}

/** A class at each pixel. Where there are but two, the output may also be one probability: then they are answers. */
function targetOf(values: Uint8Array, shape: readonly number[], palette: Palette | undefined): StoredTarget {
  const name = 'masks';
  const seen = valuesIn(values);
  const marked = seen.delete(IGNORED);
  let [most, lowest] = [Math.max(0, ...seen), Math.min(IGNORED, ...seen)];
  let ignored = marked;
  if (palette) most = palette.classes - 1;
  else if (marked && most === 0) {
    // Black and white.
    for (let i = 0; i < values.length; i++) values[i] = values[i] === IGNORED ? 1 : 0;
    [most, lowest, ignored] = [1, seen.size === 0 ? 1 : 0, false];
  } else if (marked && most === IGNORED - 1) {
    // A class like the one before it.
    [most, ignored] = [IGNORED, false];
  }
  const classes = (): StoredClasses => ({
    kind: 'classes',
    name,
    classes: Math.max(2, most + 1),
    lowest,
    numeric: false,
    ...(ignored && { ignored: IGNORED }),
    shape,
    labels: values,
  });
  if (most > 1 || ignored) return classes();
  return {
    kind: 'binary',
    name,
    column: byteColumn(name, [...shape, 1], values, 1),
    other: { as: 'answers', classes },
  };
}

function countOf(values: Uint8Array, wanted: number): number {
  let count = 0;
  for (const value of values) if (value === wanted) count++;
  return count;
}

function valuesIn(values: Uint8Array): Set<number> {
  const seen = new Uint8Array(256);
  for (const value of values) seen[value] = 1;
  return new Set(Array.from(seen.keys()).filter((value) => seen[value]));
}

function ignoredNote(values: Uint8Array): string {
  const share = countOf(values, IGNORED) / values.length;
  return `${Number((100 * share).toPrecision(2))} % of the masks' pixels say that nothing is known there (${IGNORED}, or a colour to ignore): they are neither learnt nor tested`;
}
