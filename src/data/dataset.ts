// What a session sees of a data set: three splits of samples with labels, read in batches.

/** Samples with a label each. Reading is by index, in any order, so that a seeded shuffle needs no copy. */
export interface Split {
  readonly count: number;
  /** Class index of every sample. */
  readonly labels: Int32Array;
  /** Writes the normalised samples `indices`, one after the other, to `out` (indices.length × the sample's size). */
  read(indices: ArrayLike<number>, out: Float32Array): Promise<void>;
}

export interface Dataset {
  readonly name: string;
  /** Of one sample, channels last, without the batch: [28, 28, 1]. */
  readonly shape: readonly number[];
  /** Number of classes: one more than the largest label. */
  readonly classes: number;
  readonly train: Split;
  readonly validation: Split;
  readonly test: Split;
}

/** How stored values become a model's input: (value × scale − mean) / deviation. */
export interface Normalization {
  readonly scale: number;
  readonly mean: number;
  readonly deviation: number;
}
