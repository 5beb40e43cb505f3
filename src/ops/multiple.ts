// Sizes that are so many times one that only a run tells: heads folded into a batch of any size, and out of it again.
import type { Dimension, Shape } from '../model/graph';

const TIMES = ' × ';

/** A size as a number times another's name; a number alone has none. */
export function factored(size: Dimension): { readonly count: number; readonly name?: string } {
  if (typeof size === 'number') return { count: size };
  const [count = '', ...name] = size.split(TIMES);
  return name.length > 0 && /^\d+$/.test(count)
    ? { count: Number(count), name: name.join(TIMES) }
    : { count: 1, name: size };
}

/** Sizes of one sample: one that only a run tells (the batch) is 1, three times one is 3. */
export function counted(shape: Shape): number[] {
  return shape.map((size) => factored(size).count);
}

/** How often one sample lies along an axis of samples: steps and heads may be folded into it. A stated batch is one sample. */
export function perSample(size: Dimension = 1): number {
  return typeof size === 'number' ? 1 : factored(size).count;
}

export function multiple(count: number, name: string): string {
  return count === 1 ? name : `${count}${TIMES}${name}`;
}
