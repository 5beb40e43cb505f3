// Samples for timing alone: the built-in digits, as often as asked for.
import type { Split } from '../src/data/dataset';
import { openDataset } from '../src/data/open';

const digits = await openDataset('digits', { validation: 0 });

/** A split of any size that repeats the digits. */
export function samplesSplit(count: number): Split {
  const { train } = digits;
  return {
    count,
    inputs: train.inputs,
    targets: train.targets.map((target) =>
      target.kind === 'classes'
        ? { ...target, labels: Int32Array.from({ length: count }, (_, i) => target.labels[i % train.count] ?? 0) }
        : target,
    ),
    read: (indices, out) =>
      train.read(
        Array.from(indices, (index) => index % train.count),
        out,
      ),
  };
}
