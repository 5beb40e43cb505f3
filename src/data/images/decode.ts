// Reads a picture of any known format, told by its content. Every file is untrusted: its size is taken from its header
// and bounded before it is decoded.
import { messageOf, UserError } from '../../errors';
import { bmp } from './bmp';
import type { ImageFormat, ImageSize } from './format';
import { jpeg } from './jpeg';
import type { Pixels } from './pixels';
import { png } from './png';
import { pnm } from './pnm';

const FORMATS: readonly ImageFormat[] = [png, jpeg, bmp, pnm];
/** 64 megapixels: larger than any camera's that a network is trained on, 192 MiB as colours. */
const MAX_PIXELS = 2 ** 26;

export function isPicture(start: Uint8Array): boolean {
  return FORMATS.some((format) => format.is(start));
}

/** @returns undefined where `start` does not hold enough of the file. Throws UserError where it is no picture. */
export function measureImage(start: Uint8Array, name: string): ImageSize | undefined {
  const format = formatOf(start, name);
  const size = sentence(name, format, () => format.measure(start));
  if (size === undefined) return undefined;
  const { height, width } = size;
  if (height < 1 || width < 1 || height * width > MAX_PIXELS) {
    throw new UserError(
      `${name} is said to be ${width}×${height} pixels; pictures of up to ${MAX_PIXELS.toLocaleString('en')} are read. If it is not so large, the file is damaged.`,
    );
  }
  return size;
}

/** Throws UserError that names the file where it is damaged. */
export function decodeImage(file: Uint8Array, name: string): Pixels {
  const format = formatOf(file, name);
  if (measureImage(file, name) === undefined) {
    throw new UserError(`${name}: a damaged ${format.name} (its header ends early). Replace it or take it out.`);
  }
  return sentence(name, format, () => format.decode(file));
}

function formatOf(start: Uint8Array, name: string): ImageFormat {
  const format = FORMATS.find((candidate) => candidate.is(start));
  if (format !== undefined) return format;
  throw new UserError(
    `${name} is no picture that is read: wanted PNG, JPEG, BMP, PGM or PPM. Convert it or take it out.`,
  );
}

function sentence<T>(name: string, format: ImageFormat, run: () => T): T {
  try {
    return run();
  } catch (error) {
    throw new UserError(`${name}: a damaged ${format.name} (${messageOf(error)}). Replace it or take it out.`);
  }
}
