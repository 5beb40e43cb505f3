// JPEG (ITU-T T.81), baseline and progressive, by jpeg-js.
import { decode } from 'jpeg-js';
import { bigEndian16, type ImageFormat, startsWith } from './format';

/** Start of frame: every one but the three that are tables. */
function isFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
}

export const jpeg: ImageFormat = {
  name: 'JPEG',
  is: (start) => startsWith(start, 0xff, 0xd8, 0xff),
  measure(start) {
    const frame = frameOf(start);
    if (frame === undefined || frame + 10 > start.length) return undefined;
    return {
      height: bigEndian16(start, frame + 5),
      width: bigEndian16(start, frame + 7),
      // Four components are a printer's colours, which are decoded to three.
      channels: start[frame + 9] === 1 ? 1 : 3,
    };
  },
  decode(file) {
    const frame = frameOf(file);
    // jpeg-js fills up a file that was cut short with grey, without a word.
    if (frame === undefined || Buffer.from(file).lastIndexOf(Buffer.of(0xff, 0xd9)) < frame) {
      throw new Error('it ends early');
    }
    const { height, width, data } = decode(file, { useTArray: true, formatAsRGBA: false, tolerantDecoding: false });
    if (file[frame + 9] !== 1) return { height, width, channels: 3, data };
    const grey = Uint8Array.from({ length: height * width }, (_, i) => data[3 * i] as number);
    return { height, width, channels: 1, data: grey };
  },
};

/** Where the start of frame is; undefined where it does not come within the bytes. */
function frameOf(bytes: Uint8Array): number | undefined {
  for (let at = 2; at + 4 <= bytes.length; ) {
    if (bytes[at] !== 0xff) throw new Error('a marker is missing where one should be');
    const marker = bytes[at + 1] ?? 0;
    if (marker === 0xff) at++;
    else if (isFrame(marker)) return at;
    else if (marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8)) at += 2;
    else if (marker === 0xd9 || marker === 0xda) throw new Error('it has no frame');
    else at += 2 + Math.max(2, bigEndian16(bytes, at + 2));
  }
  return undefined;
}
