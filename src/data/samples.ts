// Samples held in memory, one byte a value: they become floats only when a batch is read.
import { UserError } from '../errors';
import { type Random, shuffled } from '../random';
import type { Normalization, Split } from './dataset';

export interface Samples {
  /** Sample after sample, channels last. */
  readonly values: Uint8Array;
  /** Class index of every sample. */
  readonly labels: Int32Array;
}

/** Some of the samples, in the order of `indices`; dividing and shuffling copies no sample. */
export interface Subset {
  readonly samples: Samples;
  readonly indices: Uint32Array;
}

/** A data set as it is stored: not normalised, without a validation split. */
export interface StoredDataset {
  readonly name: string;
  /** Of one sample, channels last, without the batch: [28, 28, 1]. */
  readonly shape: readonly number[];
  readonly classes: number;
  readonly train: Subset;
  readonly test: Subset;
}

export function allOf(samples: Samples): Subset {
  return { samples, indices: Uint32Array.from(samples.labels.keys()) };
}

/** Shuffles, then takes the last `share` (0 ≤ share < 1) of the samples away: [what stays, what was taken]. */
export function divide(subset: Subset, share: number, source: Random): [Subset, Subset] {
  const { samples, indices } = subset;
  const order = shuffled(indices.length, source).map((i) => indices[i] as number);
  const stays = order.length - Math.floor(order.length * share);
  return [
    { samples, indices: order.slice(0, stays) },
    { samples, indices: order.slice(stays) },
  ];
}

/** A split over the subset. Throws UserError where the normalization would give values that are no numbers. */
export function splitOf(subset: Subset, normalization: Normalization): Split {
  const { samples, indices } = subset;
  const { values, labels } = samples;
  const count = indices.length;
  const size = values.length / labels.length;
  const table = normalized(normalization);
  return {
    count,
    labels: Int32Array.from(indices, (i) => labels[i] as number),
    async read(wanted, out) {
      if (out.length < wanted.length * size) {
        throw new RangeError(`${wanted.length} samples want ${wanted.length * size} floats, out holds ${out.length}`);
      }
      for (let i = 0; i < wanted.length; i++) {
        const row = indices[wanted[i] as number];
        if (row === undefined) throw new RangeError(`sample ${wanted[i]} of ${count}`);
        translate(values.subarray(row * size, (row + 1) * size), table, out.subarray(i * size, (i + 1) * size));
      }
    },
  };
}

/** The hot path: every value of every batch. */
function translate(from: Uint8Array, table: Float32Array, to: Float32Array): void {
  for (let i = 0; i < from.length; i++) to[i] = table[from[i] as number] as number;
}

/** What each of the 256 byte values becomes: a lookup beats three operations a value where every batch is read. */
function normalized({ scale, mean, deviation }: Normalization): Float32Array {
  const table = Float32Array.from({ length: 256 }, (_, value) => (value * scale - mean) / deviation);
  if (!table.every(Number.isFinite)) {
    throw new UserError(
      `The normalization (value × ${scale} − ${mean}) / ${deviation} gives values that are not finite numbers. ` +
        'Set scale and mean to numbers and deviation to one that is not 0.',
    );
  }
  return table;
}
