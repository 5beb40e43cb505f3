// Segmentation data as PASCAL VOC and Cityscapes unpack: which picture has which mask, and what each is for.
import { readFile, stat } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { messageOf, UserError } from '../../errors';
import { type Part, partOf } from '../table';
import { foldersIn, picturesIn } from './files';

/** Paths of the two. */
export interface KnownPair {
  readonly part: Part | undefined;
  readonly picture: string;
  readonly mask: string;
}

/** @param coloured whether masks are read by their colours: Cityscapes has some of either kind. */
export type KnownLayout = (path: string, coloured: boolean) => Promise<KnownPair[]>;

/** Undefined where the folder is no such data set. */
export async function knownLayout(path: string): Promise<KnownLayout | undefined> {
  const folders = new Set(await foldersIn(path));
  if (folders.has('JPEGImages') && folders.has('SegmentationClass')) return vocPairs;
  return folders.has('leftImg8bit') && folders.has('gtFine') ? cityscapesPairs : undefined;
}

/** Most of VOC's pictures have no mask: its lists say which do. */
async function vocPairs(path: string): Promise<KnownPair[]> {
  const pictures = await byStem(join(path, 'JPEGImages'));
  const masks = await byStem(join(path, 'SegmentationClass'));
  const pairs: KnownPair[] = [];
  for (const list of ['train', 'val', 'test']) {
    const file = join(path, 'ImageSets', 'Segmentation', `${list}.txt`);
    const stems = await stemsIn(file);
    // Masks of VOC's own test pictures were never published.
    if (list === 'test' && !stems.some((stem) => masks.has(stem))) continue;
    for (const stem of stems) {
      const [picture, mask] = [pictures.get(stem), masks.get(stem)];
      if (picture === undefined || mask === undefined) {
        throw new UserError(
          `${file} lists ${stem}, which has no ${picture === undefined ? 'picture' : 'mask'}. Unpack the data set anew, or take it out of the list.`,
        );
      }
      pairs.push({ part: partOf(list).part, picture, mask });
    }
  }
  if (pairs.length > 0) return pairs;
  return [...masks].flatMap(([stem, mask]) => {
    const picture = pictures.get(stem);
    return picture === undefined ? [] : [{ part: undefined, picture, mask }];
  });
}

/** Longer lists are none of pictures. */
const MOST_BYTES = 2 ** 26;

async function stemsIn(file: string): Promise<string[]> {
  const size = await stat(file).then(
    (found) => (found.isFile() ? found.size : Number.POSITIVE_INFINITY),
    () => 0,
  );
  if (size === 0) return [];
  try {
    if (size > MOST_BYTES) throw new Error('it is no list of pictures');
    const lines = (await readFile(file, 'utf8')).split('\n').map((line) => line.trim());
    return lines.filter((line) => line !== '');
  } catch (error) {
    throw new UserError(`${file} can't be read (${messageOf(error)}).`);
  }
}

async function byStem(folder: string): Promise<Map<string, string>> {
  return new Map((await picturesIn(folder)).map((file) => [basename(file, extname(file)), file]));
}

const PICTURE = /_leftImg8bit$/;

/** Of each city a folder. The masks of its test pictures are blank, so that those are left out. */
async function cityscapesPairs(path: string, coloured: boolean): Promise<KnownPair[]> {
  const pairs: KnownPair[] = [];
  for (const folder of await foldersIn(join(path, 'leftImg8bit'))) {
    const { part } = partOf(folder);
    if (part !== 'train' && part !== 'validation') continue;
    for (const city of await foldersIn(join(path, 'leftImg8bit', folder))) {
      const masks = await byStem(join(path, 'gtFine', folder, city));
      for (const [stem, picture] of await byStem(join(path, 'leftImg8bit', folder, city))) {
        const wanted = `${stem.replace(PICTURE, '')}_gtFine_${coloured ? 'color' : 'labelTrainIds'}`;
        const mask = masks.get(wanted);
        if (mask === undefined) {
          throw new UserError(
            `${picture} has no mask: ${join(path, 'gtFine', folder, city, `${wanted}.png`)} is not there. ` +
              (coloured
                ? 'Unpack gtFine anew.'
                : "Make it by cityscapesscripts' csCreateTrainIdLabelImgs, or have the coloured masks read by --palette cityscapes (data.palette in a recipe)."),
          );
        }
        pairs.push({ part, picture, mask });
      }
    }
  }
  return pairs;
}
