// Places in an SVG that is as wide as its container: across in percent, down in pixels, so that text keeps its size.

/** A place across, from 0 to 1. */
export function across(fraction: number): string {
  return `${round(fraction * 100, 3)}%`;
}

/** A length or place in pixels. */
export function px(value: number): number {
  return round(value, 2);
}

function round(value: number, decimals: number): number {
  if (!Number.isFinite(value)) throw new Error(`${value} is no place in a chart`);
  return Number(value.toFixed(decimals)) + 0;
}
