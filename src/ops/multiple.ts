// Sizes that are so many times one that only a run tells: heads folded into a batch of any size, and out of it again.
import type { Dimension } from '../model/graph';

const TIMES = ' × ';

/** A size as a number times another's name; a number alone has none. */
export function factored(size: Dimension): { readonly count: number; readonly name?: string } {
  if (typeof size === 'number') return { count: size };
  const [count = '', ...name] = size.split(TIMES);
  return name.length > 0 && /^\d+$/.test(count)
    ? { count: Number(count), name: name.join(TIMES) }
    : { count: 1, name: size };
}

export function multiple(count: number, name: string): string {
  return count === 1 ? name : `${count}${TIMES}${name}`;
}
