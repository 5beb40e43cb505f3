// Augmentation: training pictures mirrored and shifted at random, anew every time they are read. What is drawn depends on
// the seed and the step alone, so that a session that was stopped goes on with the pictures it would have had.
import { UserError } from '../errors';
import { random } from '../random';
import { sizeOf } from './column';
import type { Split } from './dataset';
import { isImage } from './images/transform';

export interface AugmentOptions {
  /** Mirror every other picture, left to right. */
  readonly flip?: boolean;
  /** Shift by up to so many pixels in each direction; the edge is repeated where nothing is left. */
  readonly shift?: number;
}

/** The split whose pictures are augmented where a draw is named. Throws UserError where there is nothing to augment. */
export function augmented(split: Split, { flip = false, shift = 0 }: AugmentOptions): Split {
  const pictures = split.inputs.flatMap(({ shape }, input) => (isImage(shape) ? [{ input, shape }] : []));
  if (!flip && shift === 0) return split;
  if (pictures.length === 0) {
    throw new UserError('Augmentation (data.augment) mirrors and shifts pictures, and no input is one: leave it out.');
  }
  const moving = split.targets.find(({ shape }) => shape.length > 1);
  if (moving !== undefined) {
    throw new UserError(
      `Augmentation (data.augment) would move the pictures and not the target "${moving.name}", which lies at their pixels: leave it out.`,
    );
  }
  return {
    ...split,
    augmented: true,
    async read(indices, out, draw) {
      await split.read(indices, out, draw);
      if (draw === undefined) return;
      for (let i = 0; i < indices.length; i++) {
        const source = random('augment', draw, i);
        const mirror = flip && source.next() < 0.5;
        const [dx, dy] = [offset(source.next(), shift), offset(source.next(), shift)];
        if (!mirror && dx === 0 && dy === 0) continue;
        for (const { input, shape } of pictures) {
          const size = sizeOf(shape);
          move((out[input] as Float32Array).subarray(i * size, (i + 1) * size), shape, mirror, dx, dy);
        }
      }
    },
  };
}

/** A whole number from -most to most. */
function offset(uniform: number, most: number): number {
  return Math.floor(uniform * (2 * most + 1)) - most;
}

function move(pixels: Float32Array, shape: readonly number[], mirror: boolean, dx: number, dy: number): void {
  const [height = 1, width = 1, channels = 1] = shape;
  const before = pixels.slice();
  const within = (at: number, length: number): number => Math.min(length - 1, Math.max(0, at));
  for (let y = 0; y < height; y++) {
    const row = within(y - dy, height);
    for (let x = 0; x < width; x++) {
      const column = within(x - dx, width);
      const from = (row * width + (mirror ? width - 1 - column : column)) * channels;
      const to = (y * width + x) * channels;
      for (let c = 0; c < channels; c++) pixels[to + c] = before[from + c] as number;
    }
  }
}
