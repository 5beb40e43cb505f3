// A kernel seen channel by channel: each slice along one of its axes makes one.
import { elementCount } from '../../model/tensor';
import { valuePieces, type Weight } from '../../model/weight';

/** For each slice, the sum of a function of its elements. The kernel passes through memory in pieces. */
export async function sumOfSlices(kernel: Weight, axis: number, of: (value: number) => number): Promise<Float64Array> {
  const size = kernel.shape[axis] ?? 1;
  const inner = elementCount(kernel.shape.slice(axis + 1));
  const sums = new Float64Array(size);
  let slice = 0;
  for await (const values of valuePieces(kernel)) {
    for (let start = 0; start < values.length; start += inner) {
      let sum = 0;
      for (let i = start; i < start + inner; i++) sum += of(values[i] as number);
      sums[slice] = (sums[slice] as number) + sum;
      slice = slice + 1 === size ? 0 : slice + 1;
    }
  }
  return sums;
}
