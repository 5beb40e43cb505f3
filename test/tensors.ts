// Tensors with known values, and how two are compared.
import assert from 'node:assert/strict';
import { elementCount, float32, type Tensor } from '../src/model/tensor';
import { random, shuffled } from '../src/random';

/** Standard normal values, fixed by the seed. */
export function drawn(shape: readonly number[], ...seed: readonly (number | string)[]): Tensor {
  const source = random('drawn', ...seed);
  return float32(
    shape,
    Float32Array.from({ length: elementCount(shape) }, () => source.normal()),
  );
}

/** Values from 0.5 to 2. */
export function positive(shape: readonly number[], ...seed: readonly (number | string)[]): Tensor {
  const source = random('positive', ...seed);
  return float32(
    shape,
    Float32Array.from({ length: elementCount(shape) }, () => 0.5 + 1.5 * source.next()),
  );
}

/** Distance between neighbours of `apart`. */
const SPACING = 0.05;

/**
 * The odd multiples of 0.025 around zero, shuffled: no two are closer than 0.05, and none is closer than 0.025 to a
 * multiple of 0.05, so that nothing kinks within a step of 0.01 where kinks are at such multiples.
 */
export function apart(shape: readonly number[], ...seed: readonly (number | string)[]): Tensor {
  const count = elementCount(shape);
  const order = shuffled(count, random('apart', ...seed));
  return float32(
    shape,
    Float32Array.from(order, (i) => (i - Math.floor(count / 2) + 0.5) * SPACING),
  );
}

/** The largest difference of two tensors, as a share of the largest value expected; infinite where one is not a number. */
export function largestDifference(actual: Tensor, expected: Tensor): number {
  assert.deepEqual([...actual.shape], [...expected.shape], 'shapes');
  let [difference, largest] = [0, 0];
  for (let i = 0; i < expected.data.length; i++) {
    const [left, right] = [Number(actual.data[i]), Number(expected.data[i])];
    if (!Number.isFinite(left) || !Number.isFinite(right)) return Number.POSITIVE_INFINITY;
    difference = Math.max(difference, Math.abs(left - right));
    largest = Math.max(largest, Math.abs(right));
  }
  return difference === 0 ? 0 : difference / largest;
}

export function assertClose(actual: Tensor, expected: Tensor, tolerance: number, what: string): void {
  const difference = largestDifference(actual, expected);
  assert.ok(difference <= tolerance, `${what}: differs by ${difference}, ${tolerance} is allowed`);
}
