// How the values of a sample lie in what a model wants: as they are, or channels first.

import { sizeOf } from './column';
import type { OpenShape } from './fit';

export interface Layout {
  /** What is fed, without the batch. */
  readonly shape: readonly number[];
  /** Whether the sample [h, w, c] has to become [c, h, w]. */
  readonly channelsFirst: boolean;
}

/** More channels than this are no image: its axes are not taken for height, width and colour. */
const MOST_COLOURS = 4;

/**
 * A sample fits a shape of its own, and one that the same values fill in the same order: a flat one, or one that
 * differs only in axes of length 1 (28×28×1 and 1×28×28). An image 32×32×3 fits 3×32×32 by a transpose. Undefined where
 * it does not fit.
 */
export function layoutFor(sample: readonly number[], wanted: OpenShape): Layout | undefined {
  if (matches(sample, wanted)) return { shape: sample, channelsFirst: false };
  const size = sizeOf(sample);
  const known = resolved(wanted, size);
  const flat = sizeOf(known.map((length) => length ?? Number.NaN)) === size;
  const full = known.map((length) => length ?? 1);
  if (flat && (sample.length === 1 || known.length === 1)) return { shape: full, channelsFirst: false };
  if (matches(withoutOnes(sample), withoutOnes(known))) {
    return { shape: filled(sample, known), channelsFirst: false };
  }
  const [height, width, channels] = sample;
  if (height === undefined || width === undefined || channels === undefined || sample.length !== 3) return undefined;
  const turned = [channels, height, width];
  return channels <= MOST_COLOURS && matches(turned, wanted) ? { shape: turned, channelsFirst: true } : undefined;
}

/** Images [h, w, c], one after the other, as [c, h, w]. */
export function channelsFirst(from: Float32Array, shape: readonly number[], to: Float32Array): void {
  const [height = 1, width = 1, channels = 1] = shape;
  const positions = height * width;
  const size = positions * channels;
  for (let image = 0; image < from.length; image += size) {
    for (let channel = 0; channel < channels; channel++) {
      const start = image + channel * positions;
      for (let i = 0; i < positions; i++) to[start + i] = from[image + i * channels + channel] as number;
    }
  }
}

export function words(shape: OpenShape): string {
  return shape.length === 0 ? 'a single value' : shape.map((length) => length ?? '?').join('×');
}

function matches(sample: readonly number[], wanted: OpenShape): boolean {
  return sample.length === wanted.length && wanted.every((length, i) => length === null || length === sample[i]);
}

/** The shape with its one open axis as long as `size` values make it. */
function resolved(wanted: OpenShape, size: number): OpenShape {
  if (wanted.filter((length) => length === null).length !== 1) return wanted;
  const rest = sizeOf(wanted.map((length) => length ?? 1));
  return wanted.map((length) => length ?? (size % rest === 0 ? size / rest : null));
}

function withoutOnes<Length extends number | null>(shape: readonly Length[]): readonly Length[] {
  return shape.filter((length) => length !== 1);
}

/** The wanted shape with its open axes as long as the sample's, which is the same but for axes of length 1. */
function filled(sample: readonly number[], wanted: OpenShape): number[] {
  const lengths = withoutOnes(sample).slice();
  return wanted.map((length) => (length === 1 ? 1 : (lengths.shift() ?? 1)));
}
