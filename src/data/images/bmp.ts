// BMP, uncompressed: 1, 4 and 8 bits with a palette, 24 and 32 bits. The libraries there are ignore palettes and rows
// from top to bottom. Format: https://learn.microsoft.com/windows/win32/gdi/bitmap-storage
import { type ImageFormat, startsWith } from './format';

const HEADER = 54;
const DEPTHS: ReadonlySet<number> = new Set([1, 4, 8, 24, 32]);
/** BI_RGB, and BI_BITFIELDS with the masks that everybody writes. */
const COMPRESSIONS: ReadonlySet<number> = new Set([0, 3]);

export const bmp: ImageFormat = {
  name: 'BMP',
  is: (start) => startsWith(start, 0x42, 0x4d),
  measure(start) {
    if (start.length < HEADER) return undefined;
    const view = new DataView(start.buffer, start.byteOffset, start.byteLength);
    const { depth, width, height } = headerOf(view);
    if (depth > 8) return { width, height, channels: 3 };
    const palette = paletteAt(view);
    if (start.length < palette.end) return undefined;
    return { width, height, channels: isGrey(start, palette) ? 1 : 3 };
  },
  decode(file) {
    const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
    const { depth, width, height, down } = headerOf(view);
    const offset = view.getUint32(10, true);
    const stride = Math.ceil((width * depth) / 32) * 4;
    if (offset + stride * height > file.length) throw new Error('it ends early');
    const palette = depth > 8 ? undefined : paletteAt(view);
    const channels = palette && isGrey(file, palette) ? 1 : 3;
    const data = new Uint8Array(width * height * channels);
    for (let y = 0; y < height; y++) {
      const row = offset + stride * (down ? y : height - 1 - y);
      for (let x = 0; x < width; x++) {
        const at = palette ? palette.start + 4 * indexAt(file, row, x, depth) : row + (x * depth) / 8;
        if (palette && at >= palette.end) throw new Error('a pixel is of a colour that its palette lacks');
        // Blue, green, red.
        for (let c = 0; c < channels; c++) data[(y * width + x) * channels + c] = file[at + 2 - c] ?? 0;
      }
    }
    return { height, width, channels, data };
  },
};

function headerOf(view: DataView): { depth: number; width: number; height: number; down: boolean } {
  const depth = view.getUint16(28, true);
  const compression = view.getUint32(30, true);
  if (view.getUint32(14, true) < 40 || !DEPTHS.has(depth) || !COMPRESSIONS.has(compression)) {
    throw new Error(`it has ${depth} bits a pixel in compression ${compression}, which is not read`);
  }
  const [width, height] = [view.getInt32(18, true), view.getInt32(22, true)];
  if (width <= 0 || height === 0) throw new Error(`it is said to be ${width} pixels wide, ${height} high`);
  return { depth, width, height: Math.abs(height), down: height < 0 };
}

interface Palette {
  readonly start: number;
  readonly end: number;
}

function paletteAt(view: DataView): Palette {
  const depth = view.getUint16(28, true);
  const start = 14 + view.getUint32(14, true);
  const colours = Math.min(2 ** depth, view.getUint32(46, true) || 2 ** depth);
  return { start, end: start + 4 * colours };
}

function isGrey(file: Uint8Array, { start, end }: Palette): boolean {
  for (let at = start; at < end; at += 4) {
    if (file[at] !== file[at + 1] || file[at] !== file[at + 2]) return false;
  }
  return true;
}

function indexAt(file: Uint8Array, row: number, x: number, depth: number): number {
  const byte = file[row + Math.floor((x * depth) / 8)] ?? 0;
  const shift = 8 - depth - ((x * depth) % 8);
  return (byte >>> shift) & (2 ** depth - 1);
}
