// PGM and PPM, as text or binary. Format: https://netpbm.sourceforge.net/doc/pgm.html
import type { ImageFormat } from './format';

/** Longer than any header with its comments. */
const MAX_HEADER = 4096;

export const pnm: ImageFormat = {
  name: 'PNM',
  is: (start) => start[0] === 0x50 && [0x32, 0x33, 0x35, 0x36].includes(start[1] ?? 0) && isSpace(start[2] ?? 0),
  measure(start) {
    const header = headerOf(start);
    return header && { height: header.height, width: header.width, channels: header.channels };
  },
  decode(file) {
    const header = headerOf(file);
    if (header === undefined) throw new Error('its header ends early');
    const { height, width, channels, most, end, text } = header;
    const count = height * width * channels;
    const values = text ? textValues(file, end, count) : binaryValues(file, end, count, most);
    const data = Uint8Array.from(values, (value) => {
      if (value > most) throw new Error(`it holds ${value}, more than the ${most} its header says`);
      return Math.round((value * 255) / most);
    });
    return { height, width, channels, data };
  },
};

interface Header {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  /** The value of white. */
  readonly most: number;
  /** Where the values begin. */
  readonly end: number;
  readonly text: boolean;
}

function headerOf(bytes: Uint8Array): Header | undefined {
  const numbers: number[] = [];
  let at = 2;
  while (numbers.length < 3) {
    if (at >= bytes.length) {
      if (bytes.length < MAX_HEADER) return undefined;
      throw new Error('its header is damaged');
    }
    const byte = bytes[at] ?? 0;
    if (isSpace(byte)) at++;
    else if (byte === 0x23) while (at < bytes.length && bytes[at] !== 0x0a) at++;
    else {
      const start = at;
      while (isDigit(bytes[at] ?? 0)) at++;
      const number = Number(Buffer.from(bytes.subarray(start, at)).toString('latin1'));
      if (at === start || at - start > 9) throw new Error('its header is damaged');
      numbers.push(number);
    }
  }
  const [width = 0, height = 0, most = 0] = numbers;
  if (most < 1 || most > 65_535) throw new Error(`its largest value is said to be ${most}`);
  const kind = (bytes[1] ?? 0) - 0x30;
  return { width, height, channels: kind === 3 || kind === 6 ? 3 : 1, most, end: at + 1, text: kind < 4 };
}

function binaryValues(file: Uint8Array, start: number, count: number, most: number): ArrayLike<number> {
  const size = most > 255 ? 2 : 1;
  if (start + count * size > file.length) throw new Error('it ends early');
  if (size === 1) return file.subarray(start, start + count);
  return Uint16Array.from(
    { length: count },
    (_, i) => ((file[start + 2 * i] ?? 0) << 8) | (file[start + 2 * i + 1] ?? 0),
  );
}

function textValues(file: Uint8Array, start: number, count: number): Uint16Array {
  const values = new Uint16Array(count);
  let at = start;
  for (let i = 0; i < count; i++) {
    while (isSpace(file[at] ?? 0)) at++;
    const from = at;
    let value = 0;
    for (; isDigit(file[at] ?? 0) && value <= 65_535; at++) value = value * 10 + (file[at] ?? 0) - 0x30;
    if (at === from) throw new Error('it ends early');
    if (value > 65_535) throw new Error(`it holds ${value}`);
    values[i] = value;
  }
  return values;
}

function isSpace(byte: number): boolean {
  return byte === 0x20 || (byte >= 0x09 && byte <= 0x0d);
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}
