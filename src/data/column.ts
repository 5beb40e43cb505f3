// A column: one value, vector or image of every row of what is stored; it becomes floats only when a batch is read.
import { UserError } from '../errors';
import type { Normalization } from './dataset';

export interface Column {
  readonly name: string;
  /** Of one row; images are channels last. */
  readonly shape: readonly number[];
  /** What values are scaled by where nobody says otherwise: 1/255 for pixels, 1 for numbers. */
  readonly scale: number;
  /** What was changed that nobody asked for. */
  readonly note?: string;
  /** Throws UserError where the normalization does not suit the column. */
  reader(normalization: Normalization): Reader;
}

/** Writes rows, normalised, one after the other. */
export type Reader = (rows: ArrayLike<number>, out: Float32Array) => void | Promise<void>;

/** Numbers as they lie in a file. */
export type NumberArray =
  | Uint8Array
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array
  | Float32Array
  | Float64Array;

export const PIXEL_SCALE = 1 / 255;

/** Bytes in memory, row after row. */
export function byteColumn(name: string, shape: readonly number[], values: Uint8Array, scale = PIXEL_SCALE): Column {
  const size = sizeOf(shape);
  return {
    name,
    shape,
    scale,
    reader(normalization) {
      const channels = channelsOf(normalization, shape, scale, name);
      const tables = channels.map(byteTable);
      const [table] = tables;
      if (table !== undefined && tables.length === 1) {
        return (rows, out) => {
          for (let i = 0; i < rows.length; i++) {
            const row = rows[i] as number;
            translate(values.subarray(row * size, (row + 1) * size), table, out.subarray(i * size, (i + 1) * size));
          }
        };
      }
      return (rows, out) => {
        for (let i = 0; i < rows.length; i++) {
          const start = (rows[i] as number) * size;
          for (let j = 0; j < size; j++) {
            const own = tables[j % tables.length] as Float32Array;
            out[i * size + j] = own[values[start + j] as number] as number;
          }
        }
      };
    },
  };
}

/** Numbers in memory, row after row. */
export function numberColumn(name: string, shape: readonly number[], values: NumberArray, scale = 1): Column {
  const size = sizeOf(shape);
  return rawColumn({ name, shape, scale }, (rows, out) => {
    for (let i = 0; i < rows.length; i++) {
      const start = (rows[i] as number) * size;
      for (let j = 0; j < size; j++) out[i * size + j] = values[start + j] as number;
    }
  });
}

/** A column of what `read` writes as it is stored. */
export function rawColumn(column: Omit<Column, 'reader'>, read: Reader): Column {
  const { name, shape, scale } = column;
  const size = sizeOf(shape);
  return {
    ...column,
    reader(normalization) {
      const channels = channelsOf(normalization, shape, scale, name);
      if (channels.every(isIdentity)) return read;
      return async (rows, out) => {
        await read(rows, out);
        for (let i = 0; i < rows.length * size; i++) {
          const { factor, mean, deviation } = channels[i % channels.length] as ChannelNormalization;
          out[i] = ((out[i] as number) * factor - mean) / deviation;
        }
      };
    },
  };
}

export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((size, length) => size * length, 1);
}

interface ChannelNormalization {
  readonly factor: number;
  readonly mean: number;
  readonly deviation: number;
}

/** One for all channels, or one for each. */
function channelsOf(
  { scale, mean = 0, deviation = 1 }: Normalization,
  shape: readonly number[],
  ownScale: number,
  name: string,
): ChannelNormalization[] {
  const factor = scale ?? ownScale;
  const means = typeof mean === 'number' ? [mean] : mean;
  const deviations = typeof deviation === 'number' ? [deviation] : deviation;
  const channels = Math.max(means.length, deviations.length);
  const last = shape.at(-1) ?? 1;
  for (const [what, list] of [
    ['means', means],
    ['deviations', deviations],
  ] as const) {
    if (list.length !== 1 && list.length !== last) {
      throw new UserError(
        `The normalization has ${list.length} ${what}, "${name}" has ${last} channels. Give one for all, or one for each.`,
      );
    }
  }
  return Array.from({ length: channels }, (_, i) => {
    const own = { factor, mean: means[i] ?? means[0] ?? 0, deviation: deviations[i] ?? deviations[0] ?? 1 };
    if (![factor, own.mean, own.deviation, 1 / own.deviation].every(Number.isFinite)) {
      throw new UserError(
        `The normalization (value × ${factor} − ${own.mean}) / ${own.deviation} gives values that are not finite numbers. ` +
          'Set scale and mean to numbers and deviation to one that is not 0.',
      );
    }
    return own;
  });
}

function isIdentity({ factor, mean, deviation }: ChannelNormalization): boolean {
  return factor === 1 && mean === 0 && deviation === 1;
}

/** What each of the 256 byte values becomes: a lookup beats three operations a value where every batch is read. */
function byteTable({ factor, mean, deviation }: ChannelNormalization): Float32Array {
  return Float32Array.from({ length: 256 }, (_, value) => (value * factor - mean) / deviation);
}

/** The hot path: every value of every batch. */
function translate(from: Uint8Array, table: Float32Array, to: Float32Array): void {
  for (let i = 0; i < from.length; i++) to[i] = table[from[i] as number] as number;
}
