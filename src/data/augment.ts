// Augmentation: training pictures mirrored and shifted at random, anew every time they are read, and with them what lies at
// their pixels. What is drawn depends on the seed and the step alone, so that a session that was stopped goes on with the
// pictures it would have had.
import { UserError } from '../errors';
import { random } from '../random';
import { sizeOf } from './column';
import type { ClassTarget, Split, Target } from './dataset';
import { isImage } from './images/transform';

export interface AugmentOptions {
  /** Mirror every other picture, left to right. */
  readonly flip?: boolean;
  /** Shift by up to so many pixels in each direction; the edge is repeated where nothing is left. */
  readonly shift?: number;
}

/** The split whose pictures are augmented where a draw is named. Throws UserError where there is nothing to augment. */
export function augmented(split: Split, options: AugmentOptions): Split {
  const { flip = false, shift = 0 } = options;
  const pictures = split.inputs.flatMap(({ shape }, input) => (isImage(shape) ? [{ input, shape }] : []));
  if (!flip && shift === 0) return split;
  const [first] = pictures;
  if (first === undefined) {
    throw new UserError(
      '--flip and --shift (data.augment in a recipe) mirror and shift pictures, and no input is one: leave them out.',
    );
  }
  return {
    ...split,
    augmented: true,
    targets: split.targets.map((target) => movedAlong(target, first.shape, options)),
    async read(indices, out, draw) {
      await split.read(indices, out, draw);
      if (draw === undefined) return;
      for (let i = 0; i < indices.length; i++) {
        const by = displacement(draw, i, options);
        for (const { input, shape } of pictures) {
          const size = sizeOf(shape);
          move((out[input] as Float32Array).subarray(i * size, (i + 1) * size), shape, by);
        }
      }
    },
  };
}

/** A target that lies at the pixels goes where they go. Throws UserError where nobody can say where that is. */
function movedAlong(target: Target, picture: readonly number[], options: AugmentOptions): Target {
  const { name, shape } = target;
  const [height = 1, width = 1] = picture;
  const atPixels = shape.length > 1 && shape[0] === height && shape[1] === width;
  if (!atPixels) {
    if (shape.length < 2 && sizeOf(shape) < height * width) return target;
    throw new UserError(
      `--flip and --shift (data.augment in a recipe) would move the pictures, ${height}×${width}, and not the target "${name}", ${shape.join('×')}: leave them out.`,
    );
  }
  if (target.kind === 'classes') return movedLabels(target, options);
  const { read, other } = target;
  const size = sizeOf(shape);
  return {
    ...target,
    ...(other && { other: { as: other.as, classes: () => movedLabels(other.classes(), options) } }),
    async read(indices, out, draw) {
      await read(indices, out);
      if (draw === undefined) return;
      for (let i = 0; i < indices.length; i++)
        move(out.subarray(i * size, (i + 1) * size), shape, displacement(draw, i, options));
    },
  };
}

function movedLabels(target: ClassTarget, options: AugmentOptions): ClassTarget {
  return {
    ...target,
    move: (labels, place, draw) => move(labels, target.shape, displacement(draw, place, options)),
  };
}

interface Displacement {
  readonly mirror: boolean;
  readonly dx: number;
  readonly dy: number;
}

/** What a draw does to the sample at a place of a batch. */
function displacement(draw: string, place: number, { flip = false, shift = 0 }: AugmentOptions): Displacement {
  const source = random('augment', draw, place);
  const mirror = flip && source.next() < 0.5;
  return { mirror, dx: offset(source.next(), shift), dy: offset(source.next(), shift) };
}

/** A whole number from -most to most. */
function offset(uniform: number, most: number): number {
  return Math.floor(uniform * (2 * most + 1)) - most;
}

function move(values: Float32Array | Int32Array, shape: readonly number[], { mirror, dx, dy }: Displacement): void {
  if (!mirror && dx === 0 && dy === 0) return;
  const [height = 1, width = 1, channels = 1] = shape;
  const before = values.slice();
  const within = (at: number, length: number): number => Math.min(length - 1, Math.max(0, at));
  for (let y = 0; y < height; y++) {
    const row = within(y - dy, height);
    for (let x = 0; x < width; x++) {
      const column = within(x - dx, width);
      const from = (row * width + (mirror ? width - 1 - column : column)) * channels;
      const to = (y * width + x) * channels;
      for (let c = 0; c < channels; c++) values[to + c] = before[from + c] as number;
    }
  }
}
