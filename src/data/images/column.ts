// A column of pictures that are decoded when they are asked for, and kept while there is room.
import { UserError } from '../../errors';
import { type Column, PIXEL_SCALE, rawColumn, sizeOf } from '../column';
import type { ImageOptions, ModelPicture, PictureOptions } from '../options';
import { decodeImage } from './decode';
import type { ImageSize } from './format';
import { changed, type Pixels } from './pixels';
import { changedShape } from './transform';

/** Decoded pictures that are kept. */
const CACHE_BYTES = 2 ** 29;

export interface PictureFiles {
  readonly count: number;
  /** The whole file of a row. */
  read(row: number): Promise<Uint8Array>;
  /** For messages. */
  nameOf(row: number): string;
}

export function pictureColumn(name: string, files: PictureFiles, { size, options, note }: CommonForm): Column {
  const shape = changedShape([size.height, size.width, size.channels], options);
  const values = sizeOf(shape);
  const kept = new Map<number, Uint8Array>();
  let room = CACHE_BYTES;
  const load = async (row: number): Promise<Uint8Array> => {
    const known = kept.get(row);
    if (known !== undefined) return known;
    const pixels = changed(decodeImage(await files.read(row), files.nameOf(row)), options);
    checkShape(pixels, shape, files.nameOf(row));
    const bytes = toBytes(pixels.data);
    // What is kept stays: an epoch asks for every picture once, so throwing out the oldest would keep none in the end.
    if (room >= bytes.length) {
      room -= bytes.length;
      kept.set(row, bytes);
    }
    return bytes;
  };
  return rawColumn({ name, shape, scale: PIXEL_SCALE, ...(note && { note }) }, async (rows, out) => {
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i] as number;
      const known = kept.get(row);
      out.set(known ?? (await load(row)), i * values);
    }
  });
}

/** What pictures are brought to before they are samples. */
export interface CommonForm {
  /** Of every picture where none is changed; else only its channels count. */
  readonly size: ImageSize;
  readonly options: ImageOptions;
  /** What was changed that nobody asked for. */
  readonly note?: string;
}

type Measured = readonly [ImageSize, name: string];

/**
 * What all pictures are, or can be. A few grey ones among coloured ones are stored so by many programs: they are made
 * colour, which changes no pixel. Throws UserError where pictures differ in what nobody asked to change.
 */
export function commonForm(sizes: readonly Measured[], { image: asked = {}, ports }: PictureOptions): CommonForm {
  const few = asked.colour === undefined ? fewGrey(sizes) : [];
  const options: ImageOptions = few.length > 0 ? { ...asked, colour: 'rgb' } : asked;
  const [first] = sizes;
  if (first === undefined) throw new UserError('There are no pictures.');
  const [wanted, firstName] = first;
  for (const [size, name] of sizes) {
    if (!options.size && (size.height !== wanted.height || size.width !== wanted.width)) {
      throw new UserError(
        `${name} is ${size.width}×${size.height}, ${firstName} is ${wanted.width}×${wanted.height}. Say what size to bring all to: --size ${sizeFor(ports?.picture, wanted)}, or data.image.size in the recipe.`,
      );
    }
    if (!options.colour && size.channels !== wanted.channels) {
      throw new UserError(
        `${name} is ${KINDS[size.channels] ?? 'colour'}, ${firstName} is ${KINDS[wanted.channels] ?? 'colour'}. Say what to make of all: --colour rgb or --colour grey, or data.image.colour in the recipe.`,
      );
    }
  }
  return { size: wanted, options, ...(few.length > 0 && { note: noteOf(few, sizes.length) }) };
}

/** The size that the model takes, else that of a picture. */
function sizeFor(taken: ModelPicture | undefined, picture: ImageSize): string {
  return `${taken?.width ?? picture.width}x${taken?.height ?? picture.height}`;
}

/** The grey pictures, where most are colour and none is transparent. */
function fewGrey(sizes: readonly Measured[]): Measured[] {
  const grey = sizes.filter(([{ channels }]) => channels === 1);
  const opaque = sizes.every(([{ channels }]) => channels === 1 || channels === 3);
  return opaque && 2 * grey.length < sizes.length ? grey : [];
}

function noteOf([first, ...others]: readonly Measured[], of: number): string {
  const which = others.length === 0 ? '' : ` and ${others.length.toLocaleString('en')} more`;
  return `grey pictures among ${of.toLocaleString('en')} are made colour: ${first?.[1]}${which}`;
}

const KINDS: Readonly<Record<number, string>> = { 1: 'grey', 3: 'colour', 4: 'colour with transparency' };

function checkShape({ height, width, channels }: Pixels, shape: readonly number[], name: string): void {
  if ([height, width, channels].join() !== shape.join()) {
    throw new UserError(
      `${name} has changed: it is ${height}×${width}×${channels}, it was ${shape.join('×')}. Start again.`,
    );
  }
}

/** Rounded: half a grey level is nothing that a picture's file would hold. */
function toBytes(data: Uint8Array | Float32Array): Uint8Array {
  return data instanceof Uint8Array ? data : Uint8Array.from(data, Math.round);
}
