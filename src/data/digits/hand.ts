// One person's hand writing one digit: a template, bent, slanted, sized and placed at random.
import type { Random } from '../../random';
import { SIDE } from './ink';
import type { Template, TemplatePoint, TemplateStroke } from './templates';

/** The path of a pen, in pixels. */
export interface Path {
  readonly x: readonly number[];
  readonly y: readonly number[];
}

/** How much hands differ: standard deviations, lengths in a digit's height where nothing else is said. */
const JITTER = 0.027;
/** The ends of a stroke start early or late, which opens and closes loops. */
const END_JITTER = 0.045;
/** Neighbouring points move together: round strokes stay round. FREE² = 1 − FOLLOW² keeps the spread. */
const FOLLOW = 0.65;
const FREE = Math.sqrt(1 - FOLLOW ** 2);
const ROTATION = 0.1;
/** Most people slant to the right. */
const SLANT = 0.12;
const SLANT_SPREAD = 0.15;
/** Height of a digit in pixels. */
const HEIGHT = 19.5;
const HEIGHT_SPREAD = 1.3;
const HEIGHT_RANGE = [13.5, 23.5] as const;
/** Width to height, beside what the template has. */
const WIDTH = 1;
const WIDTH_SPREAD = 0.13;
const WIDTH_RANGE = [0.6, 1.45] as const;
/** Pixels. */
const SHIFT = 0.85;
const SHIFT_RANGE = [-3, 3] as const;
/** The elastic bend: waves whose length is of the digit's size. */
const BEND = 0.03;
const BEND_WAVES = 2;

/** Straight pieces between two template points. */
const PIECES = 5;
/** Of the image, in pixels; a pixel's own middle is at its whole number. */
const MIDDLE = (SIDE - 1) / 2;

type Bend = (x: number, y: number) => number;
type Place = (x: number, y: number) => readonly [x: number, y: number];

export function write(template: Template, source: Random): Path[] {
  const place = placing(source);
  return template.map((stroke) => smooth(jittered(stroke, source), place));
}

/** Template points moved at random, in a digit's height; a point goes partly where the one before went. */
function jittered(stroke: TemplateStroke, source: Random): TemplatePoint[] {
  let driftX = source.normal();
  let driftY = source.normal();
  return stroke.map(({ x, y, corner }, i) => {
    if (i > 0) {
      driftX = FOLLOW * driftX + FREE * source.normal();
      driftY = FOLLOW * driftY + FREE * source.normal();
    }
    const spread = i === 0 || i === stroke.length - 1 ? END_JITTER : JITTER;
    return { x: x / 100 + spread * driftX, y: y / 100 + spread * driftY, corner };
  });
}

/** From a digit's height to pixels: bend, then slant, size, turn and shift. */
function placing(source: Random): Place {
  const bendX = bending(source);
  const bendY = bending(source);
  const angle = ROTATION * source.normal();
  const slant = SLANT + SLANT_SPREAD * source.normal();
  const height = within(HEIGHT_RANGE, HEIGHT + HEIGHT_SPREAD * source.normal());
  const width = height * within(WIDTH_RANGE, WIDTH + WIDTH_SPREAD * source.normal());
  const shiftX = MIDDLE + within(SHIFT_RANGE, SHIFT * source.normal());
  const shiftY = MIDDLE + within(SHIFT_RANGE, SHIFT * source.normal());
  const cos = Math.cos(angle);
  const sin = Math.sin(angle);
  return (x, y) => {
    const across = width * (x + bendX(x, y) - slant * y);
    const down = height * (y + bendY(x, y));
    return [shiftX + cos * across - sin * down, shiftY + sin * across + cos * down];
  };
}

/** One coordinate of a smooth field of displacements: a few waves in random directions. */
function bending(source: Random): Bend {
  const waves = Array.from({ length: BEND_WAVES }, () => {
    const direction = 2 * Math.PI * source.next();
    const frequency = Math.PI * (1 + 2 * source.next());
    return {
      x: frequency * Math.cos(direction),
      y: frequency * Math.sin(direction),
      phase: 2 * Math.PI * source.next(),
      size: BEND * source.normal(),
    };
  });
  return (x, y) => waves.reduce((sum, wave) => sum + wave.size * Math.sin(wave.x * x + wave.y * y + wave.phase), 0);
}

/** A Catmull-Rom spline through the points, broken at corners. */
function smooth(points: readonly TemplatePoint[], place: Place): Path {
  const x: number[] = [];
  const y: number[] = [];
  const add = (px: number, py: number): void => {
    const [placedX, placedY] = place(px, py);
    x.push(placedX);
    y.push(placedY);
  };
  for (let i = 0; i + 1 < points.length; i++) {
    const from = points[i] as TemplatePoint;
    const to = points[i + 1] as TemplatePoint;
    const before = from.corner ? from : (points[i - 1] ?? from);
    const after = to.corner ? to : (points[i + 2] ?? to);
    for (let piece = 0; piece < PIECES; piece++) {
      const t = piece / PIECES;
      add(spline(before.x, from.x, to.x, after.x, t), spline(before.y, from.y, to.y, after.y, t));
    }
  }
  const last = points.at(-1) as TemplatePoint;
  add(last.x, last.y);
  return { x, y };
}

function spline(a: number, b: number, c: number, d: number, t: number): number {
  return b + 0.5 * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)));
}

function within([least, most]: readonly [number, number], value: number): number {
  return Math.min(most, Math.max(least, value));
}
