// The order in which channels go: portions of several families in line, the least relevant first.
import type { Choice, Portion } from './candidates';

/** A portion in line to go. */
export interface Queued extends Portion {
  readonly choice: Choice;
  /** Its place among its family's portions. */
  readonly index: number;
}

/** The portions of several families, the least relevant first; of equal ones those of the first family. */
export function queueOf(choices: readonly Choice[]): Queued[] {
  const all: Queued[] = [];
  for (const choice of choices) {
    choice.portions.forEach(({ channels, score }, index) => {
      all.push({ channels, score, choice, index });
    });
  }
  // A family's own portions lie in order already.
  if (choices.length === 1) return all;
  // What is sorted are places, by plain numbers, as there may be many.
  const scores = Float64Array.from(all, ({ score }) => score);
  const order = Uint32Array.from(all.keys()).sort((a, b) => (scores[a] as number) - (scores[b] as number) || a - b);
  return Array.from(order, (place) => all[place] as Queued);
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
  const all = new Set<number>();
  for (const { channels } of portions) for (const channel of channels) all.add(channel);
  return all;
}
