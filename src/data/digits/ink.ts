// Ink on paper: paths drawn with a round pen onto 28×28 grey pixels, antialiased by distance.
import type { Random } from '../../random';
import type { Path } from './hand';

/** Width and height of an image in pixels. */
export const SIDE = 28;
export const PIXELS = SIDE * SIDE;

/** Half the pen's width in pixels. */
const RADIUS = 1.25;
const RADIUS_SPREAD = 0.28;
const LEAST_RADIUS = 0.7;
/** How much of it comes and goes with pressure along a stroke. */
const PRESSURE = 0.18;
/** Pixels over which ink fades at an edge. */
const SOFTEST_EDGE = 2.1;
const SHARPEST_EDGE = 1.1;
/** Grey level in the middle of a stroke, from this to 255. */
const FAINTEST = 190;
/** The most grain an image has, in grey levels. */
const GRAIN = 24;

/** How deep inside the ink each pixel is, in pixels; allocated once for all images. */
export type Sheet = Float64Array;

export function newSheet(): Sheet {
  return new Float64Array(PIXELS);
}

/** Draws the paths and writes the image's bytes (0 paper, 255 ink) to `out` from `at` on. `sheet` is overwritten. */
export function draw(paths: readonly Path[], source: Random, sheet: Sheet, out: Uint8Array, at: number): void {
  const radius = Math.max(LEAST_RADIUS, RADIUS + RADIUS_SPREAD * source.normal());
  const edge = SHARPEST_EDGE + (SOFTEST_EDGE - SHARPEST_EDGE) * source.next();
  const ink = FAINTEST + (255 - FAINTEST) * Math.sqrt(source.next());
  const grain = GRAIN * source.next() ** 2;
  sheet.fill(-edge);
  for (const path of paths) drawPath(path, radius, edge, source, sheet);
  let noise = 0;
  for (let pixel = 0; pixel < PIXELS; pixel++) {
    // One random word does for four pixels: drawing it costs more than the pixel.
    noise = pixel % 4 === 0 ? source.bits() : noise >>> 8;
    const shade = Math.min(1, Math.max(0, (sheet[pixel] as number) / edge + 0.5));
    const value = ink * shade + grain * ((noise & 255) / 255 - 0.5);
    out[at + pixel] = Math.min(255, Math.max(0, value));
  }
}

function drawPath({ x, y }: Path, radius: number, edge: number, source: Random, sheet: Sheet): void {
  const phase = 2 * Math.PI * source.next();
  const rhythm = 0.1 + 0.2 * source.next();
  const pressure = PRESSURE * source.next();
  for (let i = 0; i + 1 < x.length; i++) {
    const half = radius * (1 + pressure * Math.sin(phase + rhythm * i));
    drawPiece(x[i] as number, y[i] as number, x[i + 1] as number, y[i + 1] as number, half, edge, sheet);
  }
}

/** Raises the sheet to the depth inside the ink (radius − distance) of every pixel near the straight piece. */
function drawPiece(x0: number, y0: number, x1: number, y1: number, radius: number, edge: number, sheet: Sheet): void {
  const reach = radius + edge / 2;
  const left = Math.max(0, Math.ceil(Math.min(x0, x1) - reach));
  const right = Math.min(SIDE - 1, Math.floor(Math.max(x0, x1) + reach));
  const top = Math.max(0, Math.ceil(Math.min(y0, y1) - reach));
  const bottom = Math.min(SIDE - 1, Math.floor(Math.max(y0, y1) + reach));
  const dx = x1 - x0;
  const dy = y1 - y0;
  const scale = 1 / (dx * dx + dy * dy + 1e-9);
  for (let row = top; row <= bottom; row++) {
    const py = row - y0;
    for (let column = left; column <= right; column++) {
      const px = column - x0;
      const along = (px * dx + py * dy) * scale;
      const t = Math.min(1, Math.max(0, along));
      const ex = px - t * dx;
      const ey = py - t * dy;
      const depth = radius - Math.sqrt(ex * ex + ey * ey);
      const pixel = row * SIDE + column;
      if (depth > (sheet[pixel] as number)) sheet[pixel] = depth;
    }
  }
}
