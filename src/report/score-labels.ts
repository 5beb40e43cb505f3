// The texts in the score chart, and at which widths of the page there is room for them.
import type { MetricInfo } from '../evaluation/metrics/metric';
import { briefCount, count, shortened } from './format';
import { type Label, type Obstacle, placeLabels, textWidth } from './label-layout';
import type { ScorePlot, ScorePoint } from './score-points';
import { scoreDifference, scoreText, worseBy } from './score-text';

/** Of a wide and of a narrow page: the narrowest plot, in pixels, and the room left and right of it. */
const WIDE = { plot: 680, margin: 56 };
const NARROW = { plot: 270, margin: 12 };
type Width = typeof WIDE;

const LINE = 17;
const LONGEST_TITLE = 26;
/** Half the size of a dot with its ring. */
const RING = 9;
/** Half the width of a whisker. */
const CAP = 5;

export interface ScoreLabel extends Label {
  readonly point: ScorePoint;
  readonly text: string;
  readonly kind: 'score' | 'cut' | 'regained' | 'size' | 'title' | 'result';
  readonly anchor: 'start' | 'middle' | 'end';
  /** From the point across, and from the top to the text's baseline. */
  readonly dx: number;
  readonly y: number;
}

export interface PlacedLabel extends ScoreLabel {
  readonly shown: 'always' | 'wide' | 'narrow';
}

/** Pixels under the plot that the labels of its axis take. */
export const AXIS_HEIGHT = 8 + 3 * LINE;

export function scoreLabels(plot: ScorePlot): PlacedLabel[] {
  const obstacles = plot.points.flatMap(obstaclesOf);
  const wide = placeLabels(byImportance(plot, WIDE), obstacles, WIDE.plot);
  const narrow = placeLabels(byImportance(plot, NARROW), obstacles, NARROW.plot);
  const same = (a: ScoreLabel, b: ScoreLabel): boolean =>
    a.key === b.key && a.text === b.text && a.dx === b.dx && a.y === b.y && a.anchor === b.anchor;
  const only = (labels: readonly ScoreLabel[], others: readonly ScoreLabel[]): ScoreLabel[] =>
    labels.filter((label) => !others.some((other) => same(label, other)));
  return [
    ...wide.map((label): PlacedLabel => ({ ...label, shown: only([label], narrow).length > 0 ? 'wide' : 'always' })),
    ...only(narrow, wide).map((label): PlacedLabel => ({ ...label, shown: 'narrow' })),
  ];
}

function obstaclesOf({ at, high, low, y, cut }: ScorePoint): Obstacle[] {
  const box = (top: number, bottom: number): Obstacle => ({
    at,
    left: -CAP,
    top,
    width: 2 * CAP,
    height: bottom - top,
  });
  const whisker = box(Math.min(high, y - RING), Math.max(low, y + RING));
  return cut ? [whisker, box(cut.y - CAP, cut.y + CAP)] : [whisker];
}

/** The result first, then the original, then one iteration after the other. */
function byImportance({ points, height, metric }: ScorePlot, width: Width): ScoreLabel[] {
  const ranked = [...points].sort((a, b) => rank(a) - rank(b));
  const size = width === WIDE ? count : briefCount;
  const title = (point: ScorePoint, line: number): ScoreLabel =>
    axisLabel(point, 'title', shortened(point.iteration.title, LONGEST_TITLE), height, line, width);
  return [
    ...ranked.map((point) => scoreLabel(point, metric, width)),
    ...ranked.flatMap((point) => cutLabel(point, metric, width)),
    ...ranked.map((point) => axisLabel(point, 'size', size(point.size), height, 1, width)),
    ...ranked.filter(({ chosen }) => chosen).map((point) => axisLabel(point, 'result', 'the result', height, 3, width)),
    ...ranked.flatMap((point) => [title(point, 2), title(point, 3)]),
    ...(width === WIDE ? regainedLabel(points, metric) : []),
  ];
}

function rank({ chosen, iteration }: ScorePoint): number {
  return chosen ? -1 : iteration.index;
}

/** Above the whisker; the result's in any case. */
function scoreLabel(point: ScorePoint, metric: MetricInfo, width: Width): ScoreLabel {
  const text = labelText(metric, point.iteration.score, width);
  const y = Math.min(point.high, point.y - RING) - 7;
  const overTicks = point.at * width.plot < textWidth(text) / 2 - CAP;
  const placed = overTicks
    ? label(point, 'score', text, y, 'start', -CAP)
    : label(point, 'score', text, y, 'middle', 0);
  return { ...placed, needed: point.chosen };
}

/** Right of the dot, or under it where there is little room. */
function cutLabel(point: ScorePoint, metric: MetricInfo, width: Width): ScoreLabel[] {
  if (point.cut === undefined) return [];
  const text = labelText(metric, point.cut.score, width);
  const under = label(point, 'cut', text, point.cut.y + 19, 'middle', 0);
  return width === WIDE ? [label(point, 'cut', text, point.cut.y + 4.5, 'start', 11), under] : [under];
}

/** On a narrow page the axis alone says that they are percentages. */
function labelText(metric: MetricInfo, score: number, width: Width): string {
  const text = scoreText(metric, score);
  return width === WIDE ? text : text.replace(' %', '');
}

/** Next to the greatest recovery, what it is. */
function regainedLabel(points: readonly ScorePoint[], metric: MetricInfo): ScoreLabel[] {
  const gain = ({ iteration, cut }: ScorePoint): number => (cut ? worseBy(metric, iteration.score, cut.score) : 0);
  const [greatest] = [...points].sort((a, b) => gain(b) - gain(a));
  if (greatest?.cut === undefined || greatest.cut.y - greatest.low < 4 * LINE) return [];
  const text = `${scoreDifference(metric, greatest.cut.score, greatest.iteration.score)} by retraining`;
  const y = (greatest.cut.y + greatest.low) / 2;
  const before = points.every(({ at }) => at <= greatest.at);
  return [label(greatest, 'regained', text, y, before ? 'end' : 'start', before ? -10 : 10)];
}

/** Under its point; towards the middle of the chart where it would reach over the edge of the page. */
function axisLabel(
  point: ScorePoint,
  kind: ScoreLabel['kind'],
  text: string,
  height: number,
  line: number,
  { plot, margin }: Width,
): ScoreLabel {
  const y = height + 8 + line * LINE;
  const half = textWidth(text) / 2;
  if (point.at * plot + margin < half) return label(point, kind, text, y, 'start', -RING);
  if ((1 - point.at) * plot + margin < half) return label(point, kind, text, y, 'end', RING);
  return label(point, kind, text, y, 'middle', 0);
}

function label(
  point: ScorePoint,
  kind: ScoreLabel['kind'],
  text: string,
  y: number,
  anchor: ScoreLabel['anchor'],
  dx: number,
): ScoreLabel {
  const width = textWidth(text);
  const left = { start: dx, middle: dx - width / 2, end: dx - width }[anchor];
  // A little wider than the text, so that neighbours do not read as one.
  const box = { at: point.at, left: left - 4, width: width + 8, top: y - LINE + 4, height: LINE };
  return { ...box, key: `${point.iteration.index} ${kind}`, point, text, kind, anchor, dx, y };
}
