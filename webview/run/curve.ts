// A curve over the iterations of a session, as points within a chart.
import type { CurvePoint } from '../../src/protocol/session';

export interface Place {
  /** From 0 to the number of iterations. */
  readonly x: number;
  readonly y: number;
}

/** Iteration i spans i to i + 1. */
export function places(curve: readonly CurvePoint[], pick: (point: CurvePoint) => number | undefined): Place[] {
  return curve.flatMap((point) => {
    const y = pick(point);
    return y !== undefined && Number.isFinite(y) && point.steps > 0
      ? [{ x: point.index + point.step / point.steps, y }]
      : [];
  });
}

export interface Axis {
  readonly from: number;
  readonly to: number;
  readonly ticks: readonly number[];
}

/** Of the values' size: a smaller span is none. */
const SMALLEST = 1e-9;

/** An axis with round ticks that holds all values. */
export function axisOver(
  values: readonly number[],
  bounds: { readonly least?: number; readonly most?: number } = {},
): Axis {
  const finite = values.filter(Number.isFinite);
  let from = finite.reduce((least, value) => Math.min(least, value), Number.POSITIVE_INFINITY);
  let to = finite.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
  if (finite.length === 0) [from, to] = [bounds.least ?? 0, bounds.most ?? 1];
  // What differs by less than a double can tell from a tick is one value.
  if (to - from <= SMALLEST * Math.max(Math.abs(from), Math.abs(to)))
    [from, to] = [from - Math.abs(from || 1) * 0.1, to + Math.abs(to || 1) * 0.1];
  const step = roundStep((to - from) / 3);
  from = Math.max(bounds.least ?? Number.NEGATIVE_INFINITY, Math.floor(from / step) * step);
  to = Math.min(bounds.most ?? Number.POSITIVE_INFINITY, Math.ceil(to / step) * step);
  const first = Math.ceil(from / step - 1e-9);
  const ticks = Array.from({ length: Math.floor(to / step + 1e-9) - first + 1 }, (_, i) =>
    Number(((first + i) * step).toPrecision(12)),
  );
  return { from, to, ticks };
}

/** 1, 2 or 5 times a power of ten, at least the size given. */
function roundStep(size: number): number {
  const power = 10 ** Math.floor(Math.log10(size));
  const factor = [1, 2, 5, 10].find((candidate) => candidate * power >= size * (1 - 1e-9)) ?? 10;
  return factor * power;
}
