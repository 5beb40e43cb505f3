// Geometric median: a kernel near to all others of its layer can be made up for by them.
import { elementCount } from '../../model/tensor';
import { weightValues } from '../../model/weight';
import type { Measure } from './measure';

export const geometricMedian: Measure = {
  name: 'geometric-median',
  description: "Summed distance of the channel's kernel from all others of its layer (FPGM).",
  source:
    'He et al.: Filter Pruning via Geometric Median for Deep Convolutional Neural Networks Acceleration, CVPR 2019 (arXiv 1811.00250)',
  needs: 'weights',
  normalization: 'mean',
  async fromWeights({ kernel, axis }) {
    const { shape } = kernel;
    return summedDistances(await weightValues(kernel), shape[axis] ?? 1, elementCount(shape.slice(axis + 1)));
  },
};

/** Slices whose distances are added up at a time, and elements of each that are held for it: both fit the cache. */
const SLICES = 64;
const ELEMENTS = 256;

/**
 * Of each slice, the sum of its distances from all others.
 * @param inner elements that lie together; slice s has them at s × inner and every size × inner further on.
 */
function summedDistances(values: Float32Array, size: number, inner: number): Float64Array {
  const scores = new Float64Array(size);
  const length = values.length / size;
  const [left, right] = [new Float32Array(SLICES * ELEMENTS), new Float32Array(SLICES * ELEMENTS)];
  const squares = new Float64Array(SLICES * SLICES);
  for (let a = 0; a < size; a += SLICES) {
    const rows = Math.min(SLICES, size - a);
    for (let b = a; b < size; b += SLICES) {
      const columns = Math.min(SLICES, size - b);
      squares.fill(0);
      for (let from = 0; from < length; from += ELEMENTS) {
        const count = Math.min(ELEMENTS, length - from);
        copySlices(values, size, inner, a, rows, from, count, left);
        copySlices(values, size, inner, b, columns, from, count, right);
        addSquares(left, rows, right, columns, count, squares);
      }
      for (let i = 0; i < rows; i++) {
        // Within a block each pair once.
        for (let j = a === b ? i + 1 : 0; j < columns; j++) {
          const between = Math.sqrt(squares[i * SLICES + j] as number);
          scores[a + i] = (scores[a + i] as number) + between;
          scores[b + j] = (scores[b + j] as number) + between;
        }
      }
    }
  }
  return scores;
}

function copySlices(
  values: Float32Array,
  size: number,
  inner: number,
  first: number,
  slices: number,
  from: number,
  count: number,
  out: Float32Array,
): void {
  for (let e = 0; e < count; e++) {
    const [outer, within] = [Math.floor((from + e) / inner), (from + e) % inner];
    let place = (outer * size + first) * inner + within;
    for (let s = 0; s < slices; s++, place += inner) out[s * ELEMENTS + e] = values[place] as number;
  }
}

function addSquares(
  left: Float32Array,
  rows: number,
  right: Float32Array,
  columns: number,
  count: number,
  squares: Float64Array,
): void {
  for (let i = 0; i < rows; i++) {
    const a = i * ELEMENTS;
    for (let j = 0; j < columns; j++) {
      const b = j * ELEMENTS;
      let sum = 0;
      for (let e = 0; e < count; e++) {
        const difference = (left[a + e] as number) - (right[b + e] as number);
        sum += difference * difference;
      }
      squares[i * SLICES + j] = (squares[i * SLICES + j] as number) + sum;
    }
  }
}
