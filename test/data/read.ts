// Reads what a data set holds, for tests of its readers.
import type { Dataset, Split, Target } from '../../src/data/dataset';
import { type DatasetOptions, openDataset } from '../../src/data/open';
import { UserError } from '../../src/errors';

/** Values as they are stored, nothing held out for validation. */
export async function opened(source: string, options: DatasetOptions = {}): Promise<Dataset> {
  return openDataset(source, { validation: 0, normalization: { scale: 1 }, ...options });
}

/** The samples of a split, of one of its inputs, ordered so that the order of a shuffle does not show. */
export async function rowsOf(split: Split, input = 0): Promise<number[][]> {
  const buffers = split.inputs.map(({ shape }) => new Float32Array(split.count * sizeOf(shape)));
  await split.read(indicesOf(split), buffers);
  return slices(buffers[input] as Float32Array, split.count);
}

/** Labels, or the numbers of a target, in the order of `rowsOf`. */
export async function answersOf(split: Split, index = 0): Promise<(number | number[])[]> {
  const target = split.targets[index] as Target;
  if (target.kind === 'classes') return [...target.labels];
  const values = new Float32Array(split.count * sizeOf(target.shape));
  await target.read(indicesOf(split), values);
  return slices(values, split.count);
}

/** The one sentence it fails with. */
export async function refusal(run: Promise<unknown>): Promise<string> {
  try {
    await run;
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
  throw new Error('it was not refused');
}

function indicesOf({ count }: Split): number[] {
  return Array.from({ length: count }, (_, i) => i);
}

function sizeOf(shape: readonly number[]): number {
  return shape.reduce((product, length) => product * length, 1);
}

function slices(values: Float32Array, count: number): number[][] {
  const size = values.length / count;
  return Array.from({ length: count }, (_, i) => [...values.subarray(i * size, (i + 1) * size)]);
}
