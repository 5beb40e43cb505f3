// Verification: two pictures are of the same person if their descriptors are close enough. How close is taken from other
// pairs than those it is tested on.
import type { PairSplit } from '../data/dataset';
import type { Engine } from '../engines/engine';
import type { Graph } from '../model/graph';
import type { Values } from '../model/values';
import { type Descriptors, describe } from './descriptors';
import { DISTANCES, type Distance, type DistanceName } from './distances';
import type { Evaluation } from './evaluate';
import { wilsonInterval } from './interval';
import { type MetricInfo, meanOf } from './metrics/metric';

export const VERIFICATION: MetricInfo = {
  name: 'verification',
  title: 'verification accuracy',
  better: 'higher',
  unit: 'share',
};

/** What is on record of one distance. */
export interface VerificationRecord {
  readonly distance: DistanceName;
  /** Below it two pictures are taken for the same person. */
  readonly threshold: number;
  /** Share of the pairs that are told right. */
  readonly accuracy: number;
  /** Where as many pairs of one person are refused as pairs of two are taken for one. */
  readonly equalErrorRate: number;
  /** From (0, 0) to (1, 1). */
  readonly curve: readonly RocPoint[];
}

export interface RocPoint {
  /** Share of the pairs of two people that are taken for one. */
  readonly falsePositive: number;
  /** Share of the pairs of one person that are found. */
  readonly truePositive: number;
}

export interface VerifiedModel {
  /** By the first distance; the threshold of both is the best of the validation pairs. */
  readonly validation: Evaluation;
  readonly test: Evaluation;
  /** On the test pairs, for each distance. */
  readonly records: readonly VerificationRecord[];
}

/** Points of a curve that are kept: enough for any drawing. */
const CURVE_POINTS = 101;

export async function verifyModel(
  engine: Engine,
  graph: Graph,
  values: Values,
  pairs: { readonly validation: PairSplit; readonly test: PairSplit },
): Promise<VerifiedModel> {
  const [seen, tested] = [
    await describe(engine, graph, values, pairs.validation.images),
    await describe(engine, graph, values, pairs.test.images),
  ];
  const results = DISTANCES.map((distance) => {
    const validation = distancesOf(seen, pairs.validation, distance);
    const test = distancesOf(tested, pairs.test, distance);
    const threshold = bestThreshold(validation, pairs.validation.same);
    return {
      validation: outcomesAt(threshold, validation, pairs.validation.same),
      test: outcomesAt(threshold, test, pairs.test.same),
      record: recordOf(distance.name, threshold, test, pairs.test.same),
    };
  });
  const [first] = results;
  if (first === undefined) throw new Error('no distances');
  return {
    validation: evaluationOf(first.validation),
    test: evaluationOf(first.test),
    records: results.map(({ record }) => record),
  };
}

function distancesOf({ width, values }: Descriptors, { first, second }: PairSplit, distance: Distance): Float64Array {
  const row = (index: number): Float32Array => values.subarray(index * width, (index + 1) * width);
  return Float64Array.from(first, (index, i) => distance.of(row(index), row(second[i] as number)));
}

/** The distance below which "the same" is said so that the most pairs are right; in the middle between two of them. */
export function bestThreshold(distances: ArrayLike<number>, same: ArrayLike<number>): number {
  const order = ordered(distances);
  let right = 0;
  for (let i = 0; i < same.length; i++) if (same[i] === 0) right++;
  let best = { right, threshold: (distances[order[0] as number] ?? 0) - 1 };
  for (const [i, pair] of order.entries()) {
    right += same[pair] ? 1 : -1;
    const [own, next] = [distances[pair] as number, distances[order[i + 1] as number]];
    // Equal distances can't be told apart.
    if (own !== next && right > best.right)
      best = { right, threshold: next === undefined ? own + 1 : (own + next) / 2 };
  }
  return best.threshold;
}

/** The curve of true against false positives over all thresholds. */
export function rocCurve(distances: ArrayLike<number>, same: ArrayLike<number>): RocPoint[] {
  const order = ordered(distances);
  let positives = 0;
  for (let i = 0; i < same.length; i++) positives += same[i] ? 1 : 0;
  const negatives = same.length - positives;
  const points: RocPoint[] = [{ falsePositive: 0, truePositive: 0 }];
  let [found, wrong] = [0, 0];
  for (const [i, pair] of order.entries()) {
    if (same[pair]) found++;
    else wrong++;
    if (distances[pair] === distances[order[i + 1] as number]) continue;
    points.push({ falsePositive: wrong / Math.max(1, negatives), truePositive: found / Math.max(1, positives) });
  }
  return points;
}

/** Where the curve crosses falsePositive = 1 − truePositive, between two of its points on a straight line. */
export function equalErrorRate(curve: readonly RocPoint[]): number {
  const excess = ({ falsePositive, truePositive }: RocPoint): number => falsePositive - (1 - truePositive);
  const after = curve.findIndex((point) => excess(point) >= 0);
  const [a, b] = [curve[after - 1], curve[after]];
  if (b === undefined) return 0.5;
  if (a === undefined) return b.falsePositive;
  const share = excess(b) === excess(a) ? 0 : -excess(a) / (excess(b) - excess(a));
  return a.falsePositive + share * (b.falsePositive - a.falsePositive);
}

function recordOf(
  distance: DistanceName,
  threshold: number,
  distances: Float64Array,
  same: Uint8Array,
): VerificationRecord {
  const curve = rocCurve(distances, same);
  const outcomes = outcomesAt(threshold, distances, same);
  return {
    distance,
    threshold,
    accuracy: meanOf(outcomes),
    equalErrorRate: equalErrorRate(curve),
    curve: thinned(curve),
  };
}

/** At most so many points, the ends among them. */
function thinned(curve: readonly RocPoint[]): RocPoint[] {
  if (curve.length <= CURVE_POINTS) return [...curve];
  return Array.from(
    { length: CURVE_POINTS },
    (_, i) => curve[Math.round((i * (curve.length - 1)) / (CURVE_POINTS - 1))] as RocPoint,
  );
}

function outcomesAt(threshold: number, distances: Float64Array, same: Uint8Array): Float64Array {
  return distances.map((distance, i) => (distance < threshold === (same[i] === 1) ? 1 : 0));
}

function evaluationOf(outcomes: Float64Array): Evaluation {
  const score = meanOf(outcomes);
  return { metric: VERIFICATION, score, interval: wilsonInterval(score, outcomes.length), outcomes };
}

function ordered(distances: ArrayLike<number>): number[] {
  return Array.from({ length: distances.length }, (_, i) => i).sort(
    (a, b) => (distances[a] as number) - (distances[b] as number),
  );
}
