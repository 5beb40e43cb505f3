// Whether a model is faster than another, in words.
import type { SpeedUp } from '../evaluation/latency';

/** Differences below it are nothing that anybody would notice. */
const NOTICED = 1.02;

/** "2.31 × as fast (95 % interval 2.25 to 2.38)." */
export function speedWords({ ratio, interval: [low, high] }: SpeedUp): string {
  const times = (value: number): string => value.toFixed(2);
  if (low > NOTICED) return `${times(ratio)} × as fast (95 % interval ${times(low)} to ${times(high)}).`;
  if (high < 1 / NOTICED) {
    return `Slower: it takes ${times(1 / ratio)} × as long (95 % interval ${times(1 / high)} to ${times(1 / low)}).`;
  }
  return `Not measurably faster here (${times(ratio)} × as fast, 95 % interval ${times(low)} to ${times(high)}).`;
}

/** "0.31 ms", "12.4 ms", "1,240 ms". */
export function milliseconds(value: number): string {
  return `${value < 100 ? Number(value.toPrecision(3)) : Math.round(value).toLocaleString('en')} ms`;
}
