// Which labels of a chart can be shown without any covering another.

export interface Label {
  /** Across, from 0 to 1, and pixels from there to the text's left edge. */
  readonly at: number;
  readonly left: number;
  /** Pixels from the top. */
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Width of a text in the page's fonts; the widest of the usual system fonts. */
export function textWidth(text: string, fontSize = 13): number {
  return text.length * fontSize * 0.58;
}

/**
 * Goes through labels in order of importance and keeps each that touches no obstacle and none kept before.
 * @param plotWidth in pixels.
 */
export function placeLabels<L extends Label>(
  labels: readonly L[],
  obstacles: readonly Label[],
  plotWidth: number,
): Set<L> {
  const taken = [...obstacles];
  const kept = new Set<L>();
  for (const label of labels) {
    if (taken.some((other) => overlap(label, other, plotWidth))) continue;
    taken.push(label);
    kept.add(label);
  }
  return kept;
}

function overlap(a: Label, b: Label, plotWidth: number): boolean {
  const left = (label: Label): number => label.at * plotWidth + label.left;
  return (
    left(a) < left(b) + b.width && left(b) < left(a) + a.width && a.top < b.top + b.height && b.top < a.top + a.height
  );
}
