// Geometric median: a kernel near to all others of its layer can be made up for by them.
import { slicesOf } from './kernel';
import type { Measure } from './measure';

export const geometricMedian: Measure = {
  name: 'geometric-median',
  description: "Summed distance of the channel's kernel from all others of its layer (FPGM).",
  source:
    'He et al.: Filter Pruning via Geometric Median for Deep Convolutional Neural Networks Acceleration, CVPR 2019 (arXiv 1811.00250)',
  needs: 'weights',
  normalization: 'mean',
  fromWeights({ kernel, axis }) {
    const rows = slicesOf(kernel, axis);
    const scores = new Float64Array(rows.length);
    rows.forEach((row, i) => {
      for (let j = i + 1; j < rows.length; j++) {
        const between = distance(row, rows[j] as Float32Array);
        scores[i] = (scores[i] as number) + between;
        scores[j] = (scores[j] as number) + between;
      }
    });
    return scores;
  },
};

function distance(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) {
    const difference = (a[i] as number) - (b[i] as number);
    sum += difference * difference;
  }
  return Math.sqrt(sum);
}
