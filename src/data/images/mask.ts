// A mask: a picture whose pixels are no colours but say what each pixel of another picture shows.
import { messageOf, UserError } from '../../errors';
import { decodeImage, measureImage } from './decode';
import { type ImageSize, startsWith } from './format';
import { hexOf, type Palette } from './palette';
import { png, storedValues } from './png';

export interface Mask {
  readonly height: number;
  readonly width: number;
  /** Row after row: class indices, 255 where nothing is known; or 0 and 255. */
  readonly values: Uint8Array;
}

/**
 * @param palette what the colours of a mask stand for. Without it values are taken as they are stored.
 * Throws UserError that names the file where it is damaged, or where nobody says what its colours stand for.
 */
export function decodeMask(file: Uint8Array, name: string, palette?: Palette): Mask {
  if (startsWith(file, 0xff, 0xd8)) {
    throw new UserError(`${name} is a JPEG, which does not keep values as they are. Store masks as PNG.`);
  }
  if (palette) return byColour(file, name, palette);
  const size = measureImage(file, name);
  const stored = size && png.is(file) ? raw(file, name) : undefined;
  if (size === undefined || stored === undefined) return ofPicture(file, name);
  const high = stored.find((value) => value > 255);
  if (high !== undefined) {
    throw new UserError(`${name} holds the value ${high}: a mask's values are class indices up to 255, or 0 and 255.`);
  }
  return { height: size.height, width: size.width, values: Uint8Array.from(stored) };
}

function raw(file: Uint8Array, name: string): Uint8Array | Uint16Array | undefined {
  try {
    return storedValues(file);
  } catch (error) {
    throw new UserError(`${name}: a damaged PNG (${messageOf(error)}). Replace it or take it out.`);
  }
}

/** Values that were stored as grey colours. */
function ofPicture(file: Uint8Array, name: string): Mask {
  const { height, width, channels, data } = decodeImage(file, name);
  const values = new Uint8Array(height * width);
  for (let i = 0; i < values.length; i++) {
    const [value, green, blue] = [data[i * channels], data[i * channels + 1], data[i * channels + 2]];
    if (channels >= 3 && (value !== green || value !== blue)) {
      const [x, y] = [i % width, Math.floor(i / width)];
      throw new UserError(
        `${name} holds colours (${value}, ${green}, ${blue} at ${x}, ${y}), and nothing says which class each stands for. ` +
          'Say so by --palette "#000000,#800000,…" (data.palette in a recipe), a colour for each class in the order of the model\'s outputs; ' +
          'or store masks as PNG with class indices, as palette PNG in that order, or as 0 and 255.',
      );
    }
    values[i] = value as number;
  }
  return { height, width, values };
}

function byColour(file: Uint8Array, name: string, { labels }: Palette): Mask {
  const { height, width, channels, data } = decodeImage(file, name);
  const values = new Uint8Array(height * width);
  for (let i = 0; i < values.length; i++) {
    const at = (channel: number): number => data[i * channels + (channels < 3 ? 0 : channel)] as number;
    const colour = [at(0), at(1), at(2)] as const;
    const label = labels.get((colour[0] << 16) | (colour[1] << 8) | colour[2]);
    if (label === undefined) {
      throw new UserError(
        `${name} holds the colour ${hexOf(colour)} at ${i % width}, ${Math.floor(i / width)}, which is not in the palette. ` +
          `Add it to --palette (data.palette in a recipe) with its class, or as ignore=${hexOf(colour)} where it counts as none.`,
      );
    }
    values[i] = label;
  }
  return { height, width, values };
}

/** The value nearest to the middle of each new pixel: between two classes there is nothing. */
export function resizedMask({ height, width, values }: Mask, to: Pick<ImageSize, 'height' | 'width'>): Uint8Array {
  if (to.height === height && to.width === width) return values;
  const result = new Uint8Array(to.height * to.width);
  for (let y = 0; y < to.height; y++) {
    const row = Math.floor(((y + 0.5) * height) / to.height) * width;
    for (let x = 0; x < to.width; x++) {
      result[y * to.width + x] = values[row + Math.floor(((x + 0.5) * width) / to.width)] as number;
    }
  }
  return result;
}
