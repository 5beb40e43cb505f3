// The labels of some samples, as they are stored or as a draw moves them.
import { sizeOf } from './column';
import type { ClassTarget } from './dataset';

/** Sample after sample, those of its positions in their order. */
export function readLabels(target: ClassTarget, indices: ArrayLike<number>, draw?: string): Int32Array {
  const size = sizeOf(target.shape);
  const labels = new Int32Array(indices.length * size);
  for (let i = 0; i < indices.length; i++) {
    const start = (indices[i] as number) * size;
    for (let j = 0; j < size; j++) labels[i * size + j] = target.labels[start + j] as number;
    if (draw !== undefined) target.move?.(labels.subarray(i * size, (i + 1) * size), i, draw);
  }
  return labels;
}
