// Which labels of a chart can be shown without any covering another.

export interface Label {
  /** What it says, wherever it stands: of several with the same key only the first that fits is kept. */
  readonly key: string;
  /** Across, from 0 to 1, and pixels from there to the text's left edge. */
  readonly at: number;
  readonly left: number;
  /** Pixels from the top. */
  readonly top: number;
  readonly width: number;
  readonly height: number;
  /** Shown even where it covers an obstacle. */
  readonly needed?: boolean;
}

/** Box of something that a label should not cover. */
export type Obstacle = Omit<Label, 'key' | 'needed'>;

const FONT_SIZE = 13;

/** About the width of a text in pixels, in the wider of the usual system fonts. */
export function textWidth(text: string): number {
  return Array.from(text, characterWidth).reduce((sum, width) => sum + width * FONT_SIZE, 0);
}

function characterWidth(character: string): number {
  if (/[ .,:'’ijlftr()]/.test(character)) return 0.34;
  if (/[mwMW%…—]/.test(character)) return 0.9;
  return 0.61;
}

/**
 * Goes through labels in order of importance and keeps each that touches no obstacle and no other kept before.
 * @param plotWidth in pixels.
 */
export function placeLabels<L extends Label>(
  labels: readonly L[],
  obstacles: readonly Obstacle[],
  plotWidth: number,
): L[] {
  const kept = new Map<string, L>();
  for (const label of labels) {
    const inTheWay = [...kept.values(), ...(label.needed ? [] : obstacles)];
    if (kept.has(label.key) || inTheWay.some((other) => overlap(label, other, plotWidth))) continue;
    kept.set(label.key, label);
  }
  return [...kept.values()];
}

function overlap(a: Obstacle, b: Obstacle, plotWidth: number): boolean {
  const left = (label: Obstacle): number => label.at * plotWidth + label.left;
  return (
    left(a) < left(b) + b.width && left(b) < left(a) + a.width && a.top < b.top + b.height && b.top < a.top + a.height
  );
}
