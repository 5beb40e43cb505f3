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
