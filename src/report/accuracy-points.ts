// The data of the accuracy chart, brought to places in it.
import type { IterationRecord, SessionRecord } from '../session/record';
import { endsOf } from './ends';
import { type SizeScale, sizeScale, type Ticks, ticksBetween } from './scale';
import { wilsonInterval } from './wilson';

/** Pixels from the top of the chart to the top of its scale, and the height of the scale. */
const SCALE_TOP = 34;
const SCALE_HEIGHT = 300;
/** Pixels under the scale for accuracies below it. */
const BELOW_HEIGHT = 56;

/** The scale takes in accuracies after a cut down to so many times its own height below; further ones would flatten it. */
const STRETCH = 3;
/** The scale spans at least one percentage point: less would make noise look like news. */
const SMALLEST_SPAN = 0.01;
const PADDING = 0.06;
/** Free space left and right of the outermost points. */
const INSET = 0.035;
const TICKS = 7;

export interface AccuracyPoint {
  readonly iteration: IterationRecord;
  readonly size: number;
  /** Across, from 0 to 1. */
  readonly at: number;
  /** Pixels from the top: the accuracy, the ends of its 95 % interval. */
  readonly y: number;
  readonly high: number;
  readonly low: number;
  /** The accuracy right after the cut. */
  readonly cut: { readonly y: number; readonly accuracy: number; readonly below: boolean } | undefined;
  readonly chosen: boolean;
}

export interface AccuracyPlot {
  readonly points: readonly AccuracyPoint[];
  readonly sizes: SizeScale;
  /** Whether sizes are non-zero parameters. */
  readonly sparse: boolean;
  readonly ticks: Ticks;
  y(accuracy: number): number;
  /** Bottom of the scale, and of what lies below it. */
  readonly bottom: number;
  readonly below: boolean;
  readonly height: number;
}

export function accuracyPlot({ iterations, chosen, data }: SessionRecord): AccuracyPlot {
  const { result } = endsOf({ iterations, chosen });
  const known = iterations.filter(({ accuracy }) => Number.isFinite(accuracy));
  const sparse = known.some(({ kind }) => kind === 'weights');
  const sizeOf = (iteration: IterationRecord): number => (sparse ? iteration.nonZero : iteration.parameters);
  const sizes = sizeScale(known.map(sizeOf));
  const intervals = known.map(({ accuracy }) => wilsonInterval(accuracy, data.test));
  const [floor, ceiling] = domain(
    intervals.flat(),
    known.flatMap(({ accuracyAfterCut }) => accuracyAfterCut ?? []),
  );
  const y = (accuracy: number): number => SCALE_TOP + ((ceiling - accuracy) / (ceiling - floor)) * SCALE_HEIGHT;
  const bottom = SCALE_TOP + SCALE_HEIGHT;
  const points = known.map((iteration, i): AccuracyPoint => {
    const { accuracy, accuracyAfterCut } = iteration;
    const [low, high] = intervals[i] ?? [accuracy, accuracy];
    const below = accuracyAfterCut !== undefined && accuracyAfterCut < floor;
    return {
      iteration,
      size: sizeOf(iteration),
      at: INSET + (1 - 2 * INSET) * sizes.place(sizeOf(iteration)),
      y: y(accuracy),
      high: y(high),
      low: y(low),
      cut:
        accuracyAfterCut === undefined
          ? undefined
          : { y: below ? bottom + BELOW_HEIGHT * 0.6 : y(accuracyAfterCut), accuracy: accuracyAfterCut, below },
      chosen: iteration === result,
    };
  });
  const below = points.some(({ cut }) => cut?.below);
  const height = bottom + (below ? BELOW_HEIGHT : 0);
  return { points, sizes, sparse, ticks: ticksBetween(floor, ceiling, TICKS), y, bottom, below, height };
}

/** Lowest and highest accuracy on the scale. */
function domain(retrained: readonly number[], cut: readonly number[]): [floor: number, ceiling: number] {
  const low = Math.min(1, ...retrained);
  const high = Math.max(0, ...retrained);
  const span = Math.max(high - low, SMALLEST_SPAN);
  const lowest = Math.min(low, high - SMALLEST_SPAN, ...cut.filter((accuracy) => accuracy >= low - STRETCH * span));
  const padding = PADDING * (high - lowest);
  const floor = Math.max(0, lowest - padding);
  return [floor, Math.min(1, Math.max(high + padding, floor + SMALLEST_SPAN))];
}
