// Samples in memory as a split of a data set.
import type { ClassTarget, Split } from '../src/data/dataset';
import type { Tensor } from '../src/model/tensor';

/** @param samples [count, ...sample]. */
export function splitOf({ shape, data }: Tensor, labels = new Int32Array(shape[0] ?? 0)): Split {
  const [count = 0] = shape;
  const size = data.length / count;
  return {
    count,
    inputs: [{ name: 'samples', shape: shape.slice(1) }],
    targets: [classTarget(labels)],
    async read(indices, [out]) {
      Array.from(indices).forEach((index, i) => {
        out?.set((data as Float32Array).subarray(index * size, (index + 1) * size), i * size);
      });
    },
  };
}

/** One class index a sample. */
export function classTarget(labels: Int32Array): ClassTarget {
  const classes = labels.reduce((most, label) => Math.max(most, label), 0) + 1;
  return { kind: 'classes', name: 'labels', output: 0, classes, numeric: false, shape: [], labels };
}

/** The class indices of a split. */
export function labelsOf({ targets: [target] }: Split): Int32Array {
  if (target?.kind !== 'classes') throw new Error('the split has no class labels');
  return Int32Array.from(target.labels);
}
