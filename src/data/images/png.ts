// PNG (https://www.w3.org/TR/png), by pngjs. 16-bit samples become 8-bit, palettes colour.
import { inflateSync } from 'node:zlib';
import { PNG } from 'pngjs';
import { type ImageFormat, startsWith } from './format';

/** Signature, then the header chunk, which comes first. */
const HEADER = 33;
/** Channels by the header's colour type; a palette holds colours. */
const CHANNELS: ReadonlyMap<number, number> = new Map([
  [0, 1],
  [2, 3],
  [3, 3],
  [4, 1],
  [6, 4],
]);
/** Bytes a pixel, at most, and a filter byte a row. */
const MOST_BYTES = 9;

export const png: ImageFormat = {
  name: 'PNG',
  is: (start) => startsWith(start, 0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a),
  measure(start) {
    if (start.length < HEADER) return undefined;
    const view = new DataView(start.buffer, start.byteOffset, start.byteLength);
    const channels = CHANNELS.get(view.getUint8(25));
    if (view.getUint32(12) !== 0x49484452 || channels === undefined) throw new Error('its header is damaged');
    return { width: view.getUint32(16), height: view.getUint32(20), channels };
  },
  decode(file) {
    const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
    if (file[28] === 1) checkInterlaced(bytes);
    const { width, height, data } = PNG.sync.read(bytes);
    const channels = CHANNELS.get(file[25] ?? 0) ?? 3;
    if (channels === 4) return { width, height, channels, data };
    const result = new Uint8Array(width * height * channels);
    for (let i = 0; i < width * height; i++) {
      for (let channel = 0; channel < channels; channel++)
        result[i * channels + channel] = data[i * 4 + channel] as number;
    }
    return { width, height, channels, data: result };
  },
};

/** pngjs unpacks interlaced data without a limit; this has one: what the header's size could need. */
function checkInterlaced(file: Buffer): void {
  const parts: Buffer[] = [];
  for (let at = 8; at + 8 <= file.length; ) {
    const length = file.readUInt32BE(at);
    if (file.toString('latin1', at + 4, at + 8) === 'IDAT') parts.push(file.subarray(at + 8, at + 8 + length));
    at += 12 + length;
  }
  const most = (file.readUInt32BE(16) + 8) * (file.readUInt32BE(20) + 8) * MOST_BYTES;
  inflateSync(Buffer.concat(parts), { maxOutputLength: most });
}

const GREY = 0;
const PALETTE = 3;

/**
 * What a grey or palette PNG stores at each pixel, as it stands there: neither scaled to 8 bits nor looked up in the
 * palette. Undefined for other PNGs. The file must have been measured. Throws where it is damaged.
 */
export function storedValues(file: Uint8Array): Uint8Array | Uint16Array | undefined {
  if (file[25] !== GREY && file[25] !== PALETTE) return undefined;
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
  if (file[28] === 1) checkInterlaced(bytes);
  const { data } = PNG.sync.read(asGrey(bytes), { skipRescale: true });
  const values: ArrayLike<number> = data;
  const result = file[24] === 16 ? new Uint16Array(data.length / 4) : new Uint8Array(data.length / 4);
  for (let i = 0; i < result.length; i++) result[i] = values[4 * i] as number;
  return result;
}

/** The same pixels said to be grey, which palette indices are packed like, without the chunks that say what they look like. */
function asGrey(file: Buffer): Buffer {
  const parts = [file.subarray(0, 8)];
  for (let at = 8; at + 12 <= file.length; ) {
    const end = at + 12 + file.readUInt32BE(at);
    const type = file.toString('latin1', at + 4, at + 8);
    if (type === 'IHDR') parts.push(greyHeader(file.subarray(at, end)));
    else if (type === 'IDAT' || type === 'IEND') parts.push(file.subarray(at, end));
    at = end;
  }
  return Buffer.concat(parts);
}

function greyHeader(chunk: Buffer): Buffer {
  const grey = Buffer.from(chunk);
  grey[8 + 9] = GREY;
  grey.writeUInt32BE(crc32(grey.subarray(4, -4)), grey.length - 4);
  return grey;
}

/** As in the specification, annex D. */
function crc32(bytes: Uint8Array): number {
  let sum = 0xffffffff;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit++) sum = sum & 1 ? (sum >>> 1) ^ 0xedb88320 : sum >>> 1;
  }
  return (sum ^ 0xffffffff) >>> 0;
}
