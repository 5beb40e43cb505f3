// From numbers to places in a chart.

/** Largest over smallest from which a linear axis would crowd the small ones together. */
const LOGARITHMIC_FROM = 10;

export interface SizeScale {
  readonly logarithmic: boolean;
  /** 0 for the largest, 1 for the smallest: pruning goes from left to right. */
  place(size: number): number;
}

export function sizeScale(sizes: readonly number[]): SizeScale {
  const largest = Math.max(...sizes);
  const smallest = Math.min(...sizes);
  const logarithmic = smallest > 0 && largest / smallest > LOGARITHMIC_FROM;
  const transform = logarithmic ? Math.log : (size: number): number => size;
  const span = transform(largest) - transform(smallest);
  return { logarithmic, place: (size) => (span > 0 ? (transform(largest) - transform(size)) / span : 0.5) };
}

export interface Ticks {
  readonly values: readonly number[];
  readonly step: number;
}

/** Round numbers between two others, about as many as asked for. */
export function ticksBetween(low: number, high: number, about: number): Ticks {
  const raw = (high - low) / about;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= raw) ?? raw;
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return { values: Array.from({ length: last - first + 1 }, (_, i) => (first + i) * step), step };
}
