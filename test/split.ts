// Samples in memory as a split of a data set.
import type { Split } from '../src/data/dataset';
import type { Tensor } from '../src/model/tensor';

/** @param samples [count, ...sample]. */
export function splitOf({ shape, data }: Tensor, labels = new Int32Array(shape[0] ?? 0)): Split {
  const [count = 0] = shape;
  const size = data.length / count;
  return {
    count,
    labels,
    async read(indices, out) {
      Array.from(indices).forEach((index, i) => {
        out.set((data as Float32Array).subarray(index * size, (index + 1) * size), i * size);
      });
    },
  };
}
