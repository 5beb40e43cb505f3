// The data of the score chart, brought to places in it.
import type { MetricInfo } from '../evaluation/metrics/metric';
import type { IterationRecord } from '../session/record';
import { endsOf, type Iterations } from './ends';
import { type SizeScale, sizeScale, type Ticks, ticksBetween } from './scale';

/** Pixels from the top of the chart to the top of its scale, and the height of the scale. */
const SCALE_TOP = 34;
const SCALE_HEIGHT = 300;
/** Pixels under the scale for scores below it. */
const BELOW_HEIGHT = 56;

/** The scale takes in scores after a cut down to so many times its own height below; further ones would flatten it. */
const STRETCH = 3;
/** The scale spans at least one percentage point, or as much of a number: less would make noise look like news. */
const SMALLEST_SPAN = 0.01;
const PADDING = 0.06;
/** Free space left and right of the outermost points. */
const INSET = 0.035;
const TICKS = 7;

export interface ScorePoint {
  readonly iteration: IterationRecord;
  readonly size: number;
  /** Across, from 0 to 1. */
  readonly at: number;
  /** Pixels from the top: the score, the ends of its 95 % interval. */
  readonly y: number;
  readonly high: number;
  readonly low: number;
  /** The score right after the cut. */
  readonly cut: { readonly y: number; readonly score: number; readonly below: boolean } | undefined;
  readonly chosen: boolean;
  /** Whether the rule that decides refused it; such a point may lie below the scale. */
  readonly refused: boolean;
}

export interface ScorePlot {
  readonly metric: MetricInfo;
  readonly points: readonly ScorePoint[];
  readonly sizes: SizeScale;
  /** Whether sizes are non-zero parameters. */
  readonly sparse: boolean;
  readonly ticks: Ticks;
  /** Pixels from the top of a score: the better, the higher. */
  y(score: number): number;
  /** Bottom of the scale, and of what lies below it. */
  readonly bottom: number;
  readonly below: boolean;
  readonly height: number;
}

export function scorePlot({ iterations, chosen }: Iterations): ScorePlot {
  const { metric, result } = endsOf({ iterations, chosen });
  const known = iterations.filter(({ score }) => Number.isFinite(score));
  const sparse = known.some(({ kind }) => kind === 'weights');
  const sizeOf = (iteration: IterationRecord): number => (sparse ? iteration.nonZero : iteration.parameters);
  const sizes = sizeScale(known.map(sizeOf));
  const goodness = (score: number): number => (metric.better === 'higher' ? score : -score);
  const [floor, ceiling] = domain(
    known.flatMap(({ interval, accepted }) => (accepted === false ? [] : interval.map(goodness))),
    known.flatMap(({ score, scoreAfterCut, accepted }) => [
      ...(accepted === false ? [goodness(score)] : []),
      ...(scoreAfterCut === undefined ? [] : [goodness(scoreAfterCut)]),
    ]),
    metric,
  );
  const y = (score: number): number => SCALE_TOP + ((ceiling - goodness(score)) / (ceiling - floor)) * SCALE_HEIGHT;
  const bottom = SCALE_TOP + SCALE_HEIGHT;
  const points = known.map((iteration): ScorePoint => {
    const { score, interval, scoreAfterCut } = iteration;
    const under = bottom + BELOW_HEIGHT * 0.6;
    const out = goodness(score) < floor;
    const ends = out ? [under] : interval.map((end) => Math.min(bottom, y(end)));
    const below = scoreAfterCut !== undefined && goodness(scoreAfterCut) < floor;
    return {
      iteration,
      size: sizeOf(iteration),
      at: INSET + (1 - 2 * INSET) * sizes.place(sizeOf(iteration)),
      y: out ? under : y(score),
      high: Math.min(...ends),
      low: Math.max(...ends),
      cut:
        scoreAfterCut === undefined ? undefined : { y: below ? under : y(scoreAfterCut), score: scoreAfterCut, below },
      chosen: iteration === result,
      refused: iteration.accepted === false,
    };
  });
  const below = points.some(({ cut, y: at }) => cut?.below || at > bottom);
  const height = bottom + (below ? BELOW_HEIGHT : 0);
  const marks = ticksBetween(floor, ceiling, TICKS);
  const ticks = { ...marks, values: marks.values.map(goodness) };
  return { metric, points, sizes, sparse, ticks, y, bottom, below, height };
}

/** Lowest and highest goodness on the scale: the score, or minus it where lower is better. */
function domain(
  retrained: readonly number[],
  cut: readonly number[],
  { unit }: MetricInfo,
): [floor: number, ceiling: number] {
  const low = Math.min(...retrained);
  const high = Math.max(...retrained);
  const smallest = unit === 'share' ? SMALLEST_SPAN : Math.max(SMALLEST_SPAN * Math.abs(high), Number.MIN_VALUE * 1e6);
  const span = Math.max(high - low, smallest);
  const lowest = Math.min(low, high - smallest, ...cut.filter((goodness) => goodness >= low - STRETCH * span));
  const padding = PADDING * (high - lowest);
  if (unit === 'number') return [lowest - padding, high + padding];
  const floor = Math.max(0, lowest - padding);
  return [floor, Math.min(1, Math.max(high + padding, floor + SMALLEST_SPAN))];
}
