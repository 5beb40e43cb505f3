// Samples for timing alone: the built-in digits, as often as asked for.
import type { Split } from '../src/data/dataset';
import { openDataset } from '../src/data/open';

/** Pixels. */
const DIGIT = 784;
const digits = await openDataset('digits', { validation: 0 });

/** A split of any size that repeats the digits, or what their pixels fill of another shape. */
export function samplesSplit(count: number, shape: readonly number[] = digits.train.inputs[0]?.shape ?? []): Split {
  const { train } = digits;
  const size = shape.reduce((product, length) => product * length, 1);
  return {
    count,
    inputs: train.inputs.map((input) => ({ ...input, shape })),
    targets: train.targets.map((target) =>
      target.kind === 'classes'
        ? { ...target, labels: Int32Array.from({ length: count }, (_, i) => target.labels[i % train.count] ?? 0) }
        : target,
    ),
    async read(indices, [out]) {
      const pixels = new Float32Array(indices.length * DIGIT);
      await train.read(
        Array.from(indices, (index) => index % train.count),
        [pixels],
      );
      for (let i = 0; i < indices.length; i++) {
        const digit = pixels.subarray(i * DIGIT, (i + 1) * DIGIT);
        for (let from = 0; from < size; from += DIGIT) {
          out?.set(digit.subarray(0, Math.min(DIGIT, size - from)), i * size + from);
        }
      }
    },
  };
}
