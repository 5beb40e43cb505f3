// What a session sees of a data set: three splits of samples with targets, read in batches.

/** One of the inputs of a sample. */
export interface SampleInput {
  readonly name: string;
  /** Of one sample, without the batch; images are channels last ([28, 28, 1]) until they are fitted to a model. */
  readonly shape: readonly number[];
}

/** Class indices: one a sample, or one for each of its positions (a word, a pixel). */
export interface ClassTarget {
  readonly kind: 'classes';
  readonly name: string;
  /** Which output of the model should say it, from 0. */
  readonly output: number;
  /** Number of classes: one more than the largest label that is not ignored. */
  readonly classes: number;
  readonly classNames?: readonly string[];
  /** Whether the labels are whole numbers that may also be meant as values: a count, a year. */
  readonly numeric: boolean;
  /** The smallest label of all splits, where that is known. */
  readonly lowest?: number;
  /** The label of positions that nothing is known of: they are neither learnt nor tested. */
  readonly ignored?: number;
  /** Positions of a sample that have a label each; [] where it has one. */
  readonly shape: readonly number[];
  /** Sample after sample. */
  readonly labels: Labels;
  /** Moves the labels of a sample as a draw moves its pictures, by its place among those that are read together. */
  move?(labels: Int32Array, place: number, draw: string): void;
  /** How it is read, where nobody asked for that. */
  readonly note?: string;
}

export type Labels = Int32Array | Uint8Array;

/** Numbers that an output should come close to (values), or that are 0 or 1 each by itself (binary). */
export interface ValueTarget {
  readonly kind: 'values' | 'binary';
  readonly name: string;
  readonly output: number;
  /** Of one sample, without the batch. */
  readonly shape: readonly number[];
  readonly other?: OtherReading<ClassTarget>;
  /** How it is read, where nobody asked for that. */
  readonly note?: string;
  /** Like Split.read. */
  read(indices: ArrayLike<number>, out: Float32Array, draw?: string): Promise<void>;
}

/**
 * What the numbers of a target may be meant for besides; the model's output says which it is. Yes-or-no answers, a class
 * at each position, or shares of the classes along the last axis: all in one (one-hot) or not.
 */
export interface OtherReading<Classes> {
  readonly as: 'answers' | 'labels' | 'one-hot' | 'shares';
  classes(): Classes;
}

export type Target = ClassTarget | ValueTarget;

/** Samples with their targets. Reading is by index, in any order, so that a seeded shuffle needs no copy. */
export interface Split {
  readonly count: number;
  readonly inputs: readonly SampleInput[];
  readonly targets: readonly Target[];
  /** Whether a draw changes what is read. */
  readonly augmented?: boolean;
  /**
   * Writes the normalised samples `indices`, one after the other, to `out`: for each input indices.length × its size.
   * @param draw says which augmentation the samples get, where there is one: another text, other flips and shifts.
   * Without it they are as they are stored.
   */
  read(indices: ArrayLike<number>, out: readonly Float32Array[], draw?: string): Promise<void>;
}

export interface Dataset {
  readonly name: string;
  readonly inputs: readonly SampleInput[];
  readonly train: Split;
  readonly validation: Split;
  readonly test: Split;
  /** What stored values of each stored input are multiplied by. */
  readonly scales?: readonly number[];
  /** Pictures of faces to be compared: a model is judged by them where they are there. */
  readonly pairs?: Pairs;
  /** The output or target that alone decides, where someone says so; it is the first then. */
  readonly output?: string;
  /** What a person should know about how the data is read, one sentence each. */
  readonly notes: readonly string[];
}

/** Those that decisions are made on, and those that are only for the verdict. */
export interface Pairs {
  readonly validation: PairSplit;
  readonly test: PairSplit;
}

/** Pairs of pictures, of one person or of two. */
export interface PairSplit {
  /** Every picture once, without targets. */
  readonly images: Split;
  /** Indices of images. */
  readonly first: Uint32Array;
  readonly second: Uint32Array;
  /** 1 where both are of the same person, else 0. */
  readonly same: Uint8Array;
}

/** How stored values become a model's input: (value × scale − mean) / deviation. */
export interface Normalization {
  /** Default: 1/255 for pixels and other bytes, 1 for numbers. */
  readonly scale?: number;
  /** One number for all, or one for each channel (the last axis). Default 0. */
  readonly mean?: number | readonly number[];
  /** Default 1. */
  readonly deviation?: number | readonly number[];
}
