// How Resize makes an axis of one size from one of another: as a matrix, one row of weights for each position made.
// https://onnx.ai/onnx/operators/onnx__Resize.html
import type { Node } from '../model/graph';
import { numberAttribute } from './operator';

/** @returns row-major [to, from]. Throws for a way of resizing that is not known. */
export function interpolation(node: Node, from: number, to: number, scale: number): Float32Array {
  const matrix = new Float32Array(from * to);
  const add = (row: number, column: number, weight: number): void => {
    const inside = Math.min(from - 1, Math.max(0, column));
    matrix[row * from + inside] = (matrix[row * from + inside] ?? 0) + weight;
  };
  const mode = node.attributes.mode ?? 'nearest';
  for (let row = 0; row < to; row++) {
    const at = position(node, row, from, to, scale);
    if (mode === 'nearest') {
      add(row, nearest(node, at), 1);
      continue;
    }
    const below = Math.floor(at);
    const rest = at - below;
    if (mode === 'linear') {
      add(row, below, 1 - rest);
      add(row, below + 1, rest);
    } else if (mode === 'cubic') {
      const weights = cubic(rest, numberAttribute(node, 'cubic_coeff_a', -0.75));
      const counts = (i: number): boolean =>
        numberAttribute(node, 'exclude_outside', 0) === 0 || (below - 1 + i >= 0 && below - 1 + i < from);
      const total = weights.reduce((sum, weight, i) => (counts(i) ? sum + weight : sum), 0);
      weights.forEach((weight, i) => {
        if (counts(i)) add(row, below - 1 + i, weight / total);
      });
    } else throw new Error(`Resize "${node.name}": mode ${mode} is not known`);
  }
  return matrix;
}

/** Where a position of the result lies in the input. */
function position(node: Node, at: number, from: number, to: number, scale: number): number {
  switch (node.attributes.coordinate_transformation_mode ?? 'half_pixel') {
    case 'half_pixel':
      return (at + 0.5) / scale - 0.5;
    case 'half_pixel_symmetric': {
      const adjustment = to / (scale * from);
      const offset = (from / 2) * (1 - adjustment);
      return offset + (at + 0.5) / scale - 0.5;
    }
    case 'pytorch_half_pixel':
      return to > 1 ? (at + 0.5) / scale - 0.5 : 0;
    case 'align_corners':
      return to > 1 ? (at * (from - 1)) / (to - 1) : 0;
    case 'asymmetric':
      return at / scale;
    default:
      throw new Error(`Resize "${node.name}": ${node.attributes.coordinate_transformation_mode} is not known`);
  }
}

function nearest(node: Node, at: number): number {
  switch (node.attributes.nearest_mode ?? 'round_prefer_floor') {
    case 'round_prefer_floor':
      return Math.ceil(at - 0.5);
    case 'round_prefer_ceil':
      return Math.floor(at + 0.5);
    case 'floor':
      return Math.floor(at);
    default:
      return Math.ceil(at);
  }
}

/** Keys' convolution: weights of the four neighbours. */
function cubic(rest: number, a: number): number[] {
  const near = (x: number): number => (a + 2) * x ** 3 - (a + 3) * x ** 2 + 1;
  const far = (x: number): number => a * x ** 3 - 5 * a * x ** 2 + 8 * a * x - 4 * a;
  return [far(1 + rest), near(rest), near(1 - rest), far(2 - rest)];
}
