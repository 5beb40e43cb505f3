// The order in which channels go: portions of several families in line, the least relevant first.
import type { Choice, Portion } from './candidates';

/** A portion in line to go. */
export interface Queued extends Portion {
  readonly choice: Choice;
  /** Its place among its family's portions. */
  readonly index: number;
}

/** The portions of several families, the least relevant first. */
export function queueOf(choices: readonly Choice[]): Queued[] {
  const all = choices.flatMap((choice) =>
    choice.portions.map((portion, index): Queued => ({ ...portion, choice, index })),
  );
  return all.sort(byScore);
}

function byScore(a: Queued, b: Queued): number {
  if (a.choice === b.choice) return a.index - b.index;
  return a.score - b.score || (a.channels[0] ?? 0) - (b.channels[0] ?? 0);
}

/**
 * Takes one portion after the other where it may go; a family of which one may not keeps those behind it too.
 * @returns what was taken, in order.
 */
export function takeInTurn(queue: readonly Queued[], may: (portion: Queued) => boolean): Queued[] {
  const blocked = new Set<Choice>();
  const taken: Queued[] = [];
  for (const portion of queue) {
    if (blocked.has(portion.choice)) continue;
    if (may(portion)) taken.push(portion);
    else blocked.add(portion.choice);
  }
  return taken;
}

export function channelsOf(portions: readonly Portion[]): Set<number> {
  return new Set(portions.flatMap(({ channels }) => channels));
}
