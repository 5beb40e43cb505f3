// What the numbers of a target may be meant for besides: the mask of a picture, a one-hot row at each pixel, smoothed
// labels. The model's output says which of the readings it is; until then labels are not made.
import { sizeOf } from './column';
import type { OtherReading } from './dataset';
import type { StoredClasses } from './samples';
import type { NumberColumn } from './table';

/** More than this are no classes: no model has so many outputs. */
export const MOST_CLASSES = 2 ** 20;
/** Shares that were rounded to half precision still sum to 1 so nearly. */
const SUM_TOLERANCE = 5e-3;

type As = OtherReading<unknown>['as'];

/** For every column the reading that all of them allow; undefined where there is none. */
export function otherReadings(
  columns: readonly NumberColumn[],
  name: string,
): readonly OtherReading<StoredClasses>[] | undefined {
  const as = READINGS.find(([, allows]) => columns.every(allows))?.[0];
  if (as === undefined) return undefined;
  let range: Range | undefined;
  return columns.map((column) => ({
    as,
    classes() {
      range ??= rangeOf(columns, as);
      return { kind: 'classes', name, numeric: false, ...range, ...labelsOf(column, as) };
    },
  }));
}

const READINGS: readonly (readonly [As, (column: NumberColumn) => boolean])[] = [
  ['one-hot', ({ shape, values }) => hasClassAxis(shape) && isOneHot(values, shape.at(-1) ?? 1)],
  ['answers', ({ shape, values }) => sizeOf(shape) > 1 && areAnswers(values)],
  ['labels', ({ shape, values }) => sizeOf(shape) > 1 && values.every(isLabel)],
  ['shares', ({ shape, values }) => hasClassAxis(shape) && areShares(values, shape.at(-1) ?? 1)],
];

function hasClassAxis(shape: readonly number[]): boolean {
  return (shape.at(-1) ?? 1) > 1;
}

export function isOneHot(values: NumberColumn['values'], width: number): boolean {
  return areZerosAndOnes(values) && areShares(values, width);
}

function areZerosAndOnes(values: NumberColumn['values']): boolean {
  return values.every((value) => value === 0 || value === 1);
}

/** A mask is often stored as a picture, black and white. */
function areAnswers(values: NumberColumn['values']): boolean {
  return (
    areZerosAndOnes(values) ||
    (values instanceof Uint8Array && values.every((value: number) => value === 0 || value === 255))
  );
}

export function isLabel(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value < MOST_CLASSES;
}

function areShares(values: NumberColumn['values'], width: number): boolean {
  for (let row = 0; row < values.length; row += width) {
    let sum = 0;
    for (let i = 0; i < width; i++) {
      const share = values[row + i] as number;
      if (!(share >= 0)) return false;
      sum += share;
    }
    if (Math.abs(sum - 1) > SUM_TOLERANCE) return false;
  }
  return values.length > 0;
}

interface Range {
  readonly classes: number;
  readonly lowest: number;
}

function rangeOf(columns: readonly NumberColumn[], as: As): Range {
  if (as === 'answers') return { classes: 2, lowest: 0 };
  if (as !== 'labels') return { classes: columns[0]?.shape.at(-1) ?? 1, lowest: 0 };
  return labelRange(columns.map(({ values }) => values));
}

export function labelRange(labels: readonly NumberColumn['values'][]): Range {
  let [most, lowest] = [0, Number.POSITIVE_INFINITY];
  for (const own of labels) {
    for (const label of own) {
      if (label > most) most = label;
      if (label < lowest) lowest = label;
    }
  }
  return { classes: most + 1, lowest: Number.isFinite(lowest) ? lowest : 0 };
}

function labelsOf({ name, shape, values }: NumberColumn, as: As): Pick<StoredClasses, 'shape' | 'labels' | 'note'> {
  if (as === 'labels') return { shape: positions(shape), labels: Int32Array.from(values) };
  if (as === 'answers')
    return { shape: positions(shape), labels: Int32Array.from(values, (value) => (value > 0 ? 1 : 0)) };
  return {
    shape: shape.slice(0, -1),
    labels: largest(values, shape.at(-1) ?? 1),
    ...(as === 'shares' && {
      note: `"${name}" holds shares of the classes, as smoothed labels are: each counts as the class with the largest`,
    }),
  };
}

/** Where a label lies; an axis of one at the end tells no positions apart. */
export function positions(shape: readonly number[]): readonly number[] {
  return shape.at(-1) === 1 ? shape.slice(0, -1) : shape;
}

/** The index of the largest number of every row. */
function largest(values: NumberColumn['values'], width: number): Int32Array {
  const labels = new Int32Array(values.length / width);
  for (let row = 0; row < labels.length; row++) {
    let best = 0;
    for (let i = 1; i < width; i++) {
      if ((values[row * width + i] as number) > (values[row * width + best] as number)) best = i;
    }
    labels[row] = best;
  }
  return labels;
}
