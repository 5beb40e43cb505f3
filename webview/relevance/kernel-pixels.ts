// A convolution kernel as a picture: light where it answers to light.
import type { ChannelWeights } from '../../src/protocol/session';

export type Kernels = NonNullable<ChannelWeights['kernels']>;

/** RGBA, row by row. Three input channels are shown as red, green and blue, others as the grey of their mean. */
export function kernelPixels(
  { rows, columns, depth, values }: Kernels,
  channel: number,
): Uint8ClampedArray<ArrayBuffer> {
  const size = rows * columns * depth;
  const own = values.slice(channel * size, (channel + 1) * size);
  const most = own.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
  // Zero is mid grey, so that kernels of every sign compare.
  const level = (value: number): number => (most > 0 ? 127.5 * (1 + value / most) : 127.5);
  const pixels = new Uint8ClampedArray(rows * columns * 4);
  for (let pixel = 0; pixel < rows * columns; pixel++) {
    const at = own.slice(pixel * depth, (pixel + 1) * depth);
    const grey = level(at.reduce((sum, value) => sum + value, 0) / depth);
    const [red = grey, green = grey, blue = grey] = depth === 3 ? at.map(level) : [];
    pixels.set([red, green, blue, 255], pixel * 4);
  }
  return pixels;
}
