// A kernel seen channel by channel: each slice along one of its axes makes one.
import { elementCount, type Tensor } from '../../model/tensor';

/** For each slice, the sum of a function of its elements. */
export function sumOfSlices({ shape, data }: Tensor, axis: number, of: (value: number) => number): Float64Array {
  const size = shape[axis] ?? 1;
  const inner = elementCount(shape.slice(axis + 1));
  const values = data as Float32Array;
  const sums = new Float64Array(size);
  for (let start = 0, slice = 0; start < values.length; start += inner, slice = (slice + 1) % size) {
    let sum = 0;
    for (let i = start; i < start + inner; i++) sum += of(values[i] as number);
    sums[slice] = (sums[slice] as number) + sum;
  }
  return sums;
}
