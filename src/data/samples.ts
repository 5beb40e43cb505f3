// Samples as they are stored, and the parts a data set is divided into.
import { type Random, shuffled } from '../random';
import { byteColumn, type Column, sizeOf } from './column';
import type { ClassTarget, Normalization, OtherReading, PairSplit, SampleInput, Split, Target } from './dataset';

/** Rows with one or several inputs and targets. */
export interface Samples {
  readonly count: number;
  readonly inputs: readonly Column[];
  readonly targets: readonly StoredTarget[];
}

/** Labels of all rows, or a column of numbers to come close to. */
export type StoredTarget = StoredClasses | StoredValues;

export type StoredClasses = Omit<ClassTarget, 'output'>;

export interface StoredValues {
  readonly kind: 'values' | 'binary';
  readonly name: string;
  readonly column: Column;
  readonly other?: OtherReading<StoredClasses>;
}

/** Some of the samples, in the order of `indices`; dividing and shuffling copies no sample. */
export interface Subset<Own extends Samples = Samples> {
  readonly samples: Own;
  readonly indices: Uint32Array;
}

/** A data set as it is stored: not normalised. */
export interface StoredDataset<Own extends Samples = Samples> {
  readonly name: string;
  readonly train: Subset<Own>;
  /** Absent where a share of the training samples has to serve. */
  readonly validation?: Subset<Own>;
  readonly test: Subset<Own>;
  /** Pictures to be compared, rows of the training samples' table. */
  readonly pairs?: { readonly validation: StoredPairs; readonly test: StoredPairs };
  readonly notes?: readonly string[];
}

/** Byte images with a class each, as most sets are. */
export interface LabelledBytes extends Samples {
  readonly shape: readonly number[];
  readonly values: Uint8Array;
  readonly labels: Int32Array;
  readonly classes: number;
}

export function labelledBytes(
  shape: readonly number[],
  values: Uint8Array,
  labels: Int32Array,
  classes: number,
  lowest = 0,
): LabelledBytes {
  return {
    shape,
    values,
    labels,
    classes,
    count: labels.length,
    inputs: [byteColumn('images', shape, values)],
    targets: [{ kind: 'classes', name: 'labels', classes, lowest, numeric: false, shape: [], labels }],
  };
}

export interface StoredPairs {
  readonly first: Uint32Array;
  readonly second: Uint32Array;
  /** 1 where both are of the same person. */
  readonly same: Uint8Array;
}

export function allOf<Own extends Samples>(samples: Own): Subset<Own> {
  return { samples, indices: Uint32Array.from({ length: samples.count }, (_, i) => i) };
}

/** Shuffles, then takes the last `share` (0 ≤ share < 1) of the samples away: [what stays, what was taken]. */
export function divide<Own extends Samples>(
  subset: Subset<Own>,
  share: number,
  source: Random,
): [Subset<Own>, Subset<Own>] {
  const { samples, indices } = subset;
  const order = shuffled(indices.length, source).map((i) => indices[i] as number);
  const stays = order.length - Math.floor(order.length * share);
  return [
    { samples, indices: order.slice(0, stays) },
    { samples, indices: order.slice(stays) },
  ];
}

/** The data set with the samples of every split changed alike. */
export function ofAllSamples(stored: StoredDataset, change: (samples: Samples) => Samples): StoredDataset {
  const subset = ({ samples, indices }: Subset): Subset => ({ samples: change(samples), indices });
  return {
    ...stored,
    train: subset(stored.train),
    ...(stored.validation && { validation: subset(stored.validation) }),
    test: subset(stored.test),
  };
}

export function inputsOf({ inputs }: Samples): SampleInput[] {
  return inputs.map(({ name, shape }) => ({ name, shape }));
}

/**
 * A split over the subset.
 * @param normalization of every input, in their order. Throws UserError where one would give values that are no numbers.
 */
export function splitOf({ samples, indices }: Subset, normalization: readonly Normalization[]): Split {
  const count = indices.length;
  const readers = samples.inputs.map((column, i) => column.reader(normalization[i] ?? {}));
  const sizes = samples.inputs.map(({ shape }) => sizeOf(shape));
  const rowsOf = (wanted: ArrayLike<number>): Uint32Array => {
    const rows = new Uint32Array(wanted.length);
    for (let i = 0; i < wanted.length; i++) {
      const row = indices[wanted[i] as number];
      if (row === undefined) throw new RangeError(`sample ${wanted[i]} of ${count}`);
      rows[i] = row;
    }
    return rows;
  };
  return {
    count,
    inputs: inputsOf(samples),
    targets: samples.targets.map((target, output) => targetOf(target, output, indices, rowsOf)),
    async read(wanted, out) {
      const rows = rowsOf(wanted);
      for (const [i, reader] of readers.entries()) {
        const own = out[i];
        const floats = rows.length * (sizes[i] as number);
        if (own === undefined || own.length < floats) {
          throw new RangeError(`${rows.length} samples want ${floats} floats, out holds ${own?.length ?? 0}`);
        }
        const reading = reader(rows, own);
        if (reading) await reading;
      }
    },
  };
}

function targetOf(
  stored: StoredTarget,
  output: number,
  indices: Uint32Array,
  rowsOf: (wanted: ArrayLike<number>) => Uint32Array,
): Target {
  if (stored.kind === 'classes') return classTarget(stored, output, indices);
  const { kind, name, column, other } = stored;
  const reader = column.reader({});
  return {
    kind,
    name,
    output,
    shape: column.shape,
    ...(other && { other: { as: other.as, classes: () => classTarget(other.classes(), output, indices) } }),
    read: async (wanted, out) => reader(rowsOf(wanted), out),
  };
}

function classTarget(stored: StoredClasses, output: number, indices: Uint32Array): ClassTarget {
  const size = sizeOf(stored.shape);
  const length = indices.length * size;
  const labels = stored.labels instanceof Uint8Array ? new Uint8Array(length) : new Int32Array(length);
  indices.forEach((row, i) => {
    for (let j = 0; j < size; j++) labels[i * size + j] = stored.labels[row * size + j] as number;
  });
  return { ...stored, output, labels };
}

/** Pairs of rows as pairs of samples of a split that holds each of them once. */
export function pairsOf(samples: Samples, pairs: StoredPairs, normalization: readonly Normalization[]): PairSplit {
  const rows = [...new Set([...pairs.first, ...pairs.second])].sort((a, b) => a - b);
  const places = new Map(rows.map((row, i) => [row, i]));
  const place = (side: Uint32Array): Uint32Array => side.map((row) => places.get(row) ?? 0);
  const images = splitOf({ samples, indices: Uint32Array.from(rows) }, normalization);
  return {
    images: { ...images, targets: [] },
    first: place(pairs.first),
    second: place(pairs.second),
    same: pairs.same,
  };
}
