// The texts in the accuracy chart, and at which widths of the page there is room for them.
import type { AccuracyPlot, AccuracyPoint } from './accuracy-points';
import { accuracy, briefCount, count, points as pointsOf, shortened } from './format';
import { type Label, placeLabels, textWidth } from './label-layout';

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

export interface AccuracyLabel extends Label {
  readonly point: AccuracyPoint;
  readonly text: string;
  readonly kind: 'accuracy' | 'cut' | 'regained' | 'size' | 'title' | 'result';
  readonly anchor: 'start' | 'middle' | 'end';
  /** From the point across, and from the top to the text's baseline. */
  readonly dx: number;
  readonly y: number;
}

export interface PlacedLabel extends AccuracyLabel {
  readonly shown: 'always' | 'wide' | 'narrow';
}

/** Pixels under the plot that the labels of its axis take. */
export const AXIS_HEIGHT = 8 + 3 * LINE;

export function accuracyLabels(plot: AccuracyPlot): PlacedLabel[] {
  const obstacles = plot.points.flatMap(obstaclesOf);
  const wide = placeLabels(byImportance(plot, WIDE), obstacles, WIDE.plot);
  const narrow = placeLabels(byImportance(plot, NARROW), obstacles, NARROW.plot);
  const same = (a: AccuracyLabel, b: AccuracyLabel): boolean =>
    a.point === b.point && a.kind === b.kind && a.text === b.text && a.dx === b.dx;
  const both = [...wide].filter((label) => [...narrow].some((other) => same(label, other)));
  const shown = (labels: Iterable<AccuracyLabel>, when: PlacedLabel['shown']): PlacedLabel[] =>
    [...labels]
      .filter((label) => when === 'always' || !both.some((other) => same(label, other)))
      .map((label) => ({ ...label, shown: when }));
  return [...shown(both, 'always'), ...shown(wide, 'wide'), ...shown(narrow, 'narrow')];
}

function obstaclesOf({ at, high, low, y, cut }: AccuracyPoint): Label[] {
  const box = (top: number, bottom: number): Label => ({ at, left: -CAP, top, width: 2 * CAP, height: bottom - top });
  const whisker = box(Math.min(high, y - RING), Math.max(low, y + RING));
  return cut ? [whisker, box(cut.y - CAP, cut.y + CAP)] : [whisker];
}

/** The result first, then the original, then one iteration after the other. */
function byImportance({ points, height }: AccuracyPlot, width: Width): AccuracyLabel[] {
  const ranked = [...points].sort((a, b) => rank(a) - rank(b));
  const size = width === WIDE ? count : briefCount;
  return [
    ...ranked.map(accuracyLabel),
    ...ranked.flatMap((point) => cutLabel(point, width)),
    ...ranked.map((point) => axisLabel(point, 'size', size(point.size), height, 1, width)),
    ...ranked.filter(({ chosen }) => chosen).map((point) => axisLabel(point, 'result', 'the result', height, 3, width)),
    ...ranked.map((point) =>
      axisLabel(point, 'title', shortened(point.iteration.title, LONGEST_TITLE), height, 2, width),
    ),
    ...(width === WIDE ? regainedLabel(points) : []),
  ];
}

function rank({ chosen, iteration }: AccuracyPoint): number {
  return chosen ? -1 : iteration.index;
}

function accuracyLabel(point: AccuracyPoint): AccuracyLabel {
  const y = Math.min(point.high, point.y - RING) - 7;
  return label(point, 'accuracy', accuracy(point.iteration.accuracy), y, 'middle', 0);
}

/** Right of the dot, or left of it where the page ends. */
function cutLabel(point: AccuracyPoint, width: Width): AccuracyLabel[] {
  if (point.cut === undefined) return [];
  const text = accuracy(point.cut.accuracy);
  const room = (1 - point.at) * width.plot + width.margin;
  const y = point.cut.y + 4.5;
  return textWidth(text) + 11 > room
    ? [label(point, 'cut', text, y, 'end', -11)]
    : [label(point, 'cut', text, y, 'start', 11)];
}

/** Next to the greatest recovery, what it is. */
function regainedLabel(points: readonly AccuracyPoint[]): AccuracyLabel[] {
  const gain = ({ iteration, cut }: AccuracyPoint): number => (cut ? iteration.accuracy - cut.accuracy : 0);
  const [greatest] = [...points].sort((a, b) => gain(b) - gain(a));
  if (greatest?.cut === undefined || greatest.cut.y - greatest.low < 4 * LINE) return [];
  const text = `+${pointsOf(gain(greatest))} points by retraining`;
  const y = (greatest.cut.y + greatest.low) / 2;
  const before = points.every(({ at }) => at <= greatest.at);
  return [label(greatest, 'regained', text, y, before ? 'end' : 'start', before ? -10 : 10)];
}

/** Under its point; towards the middle of the chart where it would reach over the edge of the page. */
function axisLabel(
  point: AccuracyPoint,
  kind: AccuracyLabel['kind'],
  text: string,
  height: number,
  line: number,
  { plot, margin }: Width,
): AccuracyLabel {
  const y = height + 8 + line * LINE;
  const half = textWidth(text) / 2;
  if (point.at * plot + margin < half) return label(point, kind, text, y, 'start', -RING);
  if ((1 - point.at) * plot + margin < half) return label(point, kind, text, y, 'end', RING);
  return label(point, kind, text, y, 'middle', 0);
}

function label(
  point: AccuracyPoint,
  kind: AccuracyLabel['kind'],
  text: string,
  y: number,
  anchor: AccuracyLabel['anchor'],
  dx: number,
): AccuracyLabel {
  const width = textWidth(text);
  const left = { start: dx, middle: dx - width / 2, end: dx - width }[anchor];
  // A little more than the text itself, so that neighbours do not read as one.
  const box = { at: point.at, left: left - 4, width: width + 8, top: y - LINE + 4, height: LINE };
  return { ...box, point, text, kind, anchor, dx, y };
}
