// The texts in the accuracy chart, and at which widths of the page there is room for them.
import type { AccuracyPlot, AccuracyPoint } from './accuracy-points';
import { accuracy, briefCount, count, points as pointsOf, shortened } from './format';
import { type Label, placeLabels, textWidth } from './label-layout';

/** Narrowest plot, in pixels, of a wide and of a narrow page. */
const WIDE = 600;
const NARROW = 270;

const LINE = 17;
const LONGEST_TITLE = 26;
/** Half the size of a dot with its ring, and the room it wants. */
const DOT = 9;
/** Closer to an end of the chart than this, a label reaches inwards. */
const EDGE = 0.14;

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
  const wide = placeLabels(byImportance(plot, false), obstacles, WIDE);
  const narrow = placeLabels(byImportance(plot, true), obstacles, NARROW);
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
  const box = (top: number, bottom: number): Label => ({ at, left: -DOT, top, width: 2 * DOT, height: bottom - top });
  const dot = box(Math.min(high, y - DOT), Math.max(low, y + DOT));
  return cut ? [dot, box(cut.y - DOT, cut.y + DOT)] : [dot];
}

/** The result first, then the original, then one iteration after the other. */
function byImportance({ points, height }: AccuracyPlot, narrow: boolean): AccuracyLabel[] {
  const ranked = [...points].sort((a, b) => rank(a) - rank(b));
  return [
    ...ranked.map(accuracyLabel),
    ...ranked.flatMap((point) => cutLabel(point, narrow)),
    ...ranked.map((point) => sizeLabel(point, height, narrow)),
    ...ranked.filter(({ chosen }) => chosen).map((point) => resultLabel(point, height)),
    ...ranked.map((point) => titleLabel(point, height)),
    ...(narrow ? [] : regainedLabel(points)),
  ];
}

function rank({ chosen, iteration }: AccuracyPoint): number {
  return chosen ? -1 : iteration.index;
}

function accuracyLabel(point: AccuracyPoint): AccuracyLabel {
  const y = Math.min(point.high, point.y - DOT) - 7;
  return label(point, 'accuracy', accuracy(point.iteration.accuracy), y, 'middle', 0);
}

function cutLabel(point: AccuracyPoint, narrow: boolean): AccuracyLabel[] {
  const { cut } = point;
  if (cut === undefined) return [];
  const inwards = narrow && point.at > 1 - EDGE;
  return [label(point, 'cut', accuracy(cut.accuracy), cut.y + 4.5, inwards ? 'end' : 'start', inwards ? -11 : 11)];
}

/** Next to the greatest recovery, what it is. */
function regainedLabel(points: readonly AccuracyPoint[]): AccuracyLabel[] {
  const gain = ({ iteration, cut }: AccuracyPoint): number => (cut ? iteration.accuracy - cut.accuracy : 0);
  const [greatest] = [...points].sort((a, b) => gain(b) - gain(a));
  const { cut } = greatest ?? {};
  if (greatest === undefined || cut === undefined || cut.y - greatest.low < 3 * LINE) return [];
  const inwards = greatest.at > 1 - EDGE;
  const text = `retraining regains ${pointsOf(gain(greatest))} points`;
  return [label(greatest, 'regained', text, cut.y - 1.5 * LINE, inwards ? 'end' : 'start', inwards ? -9 : 9)];
}

function sizeLabel(point: AccuracyPoint, height: number, narrow: boolean): AccuracyLabel {
  const text = narrow ? briefCount(point.size) : count(point.size);
  return axisLabel(point, 'size', text, height + 8 + LINE);
}

function titleLabel(point: AccuracyPoint, height: number): AccuracyLabel {
  return axisLabel(point, 'title', shortened(point.iteration.title, LONGEST_TITLE), height + 8 + 2 * LINE);
}

function resultLabel(point: AccuracyPoint, height: number): AccuracyLabel {
  return axisLabel(point, 'result', 'the result', height + 8 + 3 * LINE);
}

function axisLabel(point: AccuracyPoint, kind: AccuracyLabel['kind'], text: string, y: number): AccuracyLabel {
  if (point.at < EDGE) return label(point, kind, text, y, 'start', -DOT);
  if (point.at > 1 - EDGE) return label(point, kind, text, y, 'end', DOT);
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
