// The order in which channels go: portions of several families in line, the least relevant first.
import type { Choice, Portion } from './candidates';

/** The portions of several families, the least relevant first; of equal ones those of the first family. */
export function queueOf(choices: readonly Choice[]): readonly Portion[] {
  const [first, ...others] = choices;
  // A family's own portions lie in order already.
  if (first !== undefined && others.length === 0) return first.portions;
  const all = choices.flatMap(({ portions }) => portions);
  // What is sorted are places, by plain numbers, as there may be many.
  const scores = Float64Array.from(all, ({ score }) => score);
  const order = Uint32Array.from(all.keys()).sort((a, b) => (scores[a] as number) - (scores[b] as number) || a - b);
  return Array.from(order, (place) => all[place] as Portion);
}

/**
 * Takes one portion after the other where it may go; a family of which one may not keeps those behind it too.
 * @returns what was taken, in order.
 */
export function takeInTurn(queue: readonly Portion[], may: (portion: Portion) => boolean): Portion[] {
  const blocked = new Set<number>();
  const taken: Portion[] = [];
  for (const portion of queue) {
    if (blocked.has(portion.family)) continue;
    if (may(portion)) taken.push(portion);
    else blocked.add(portion.family);
  }
  return taken;
}

export function channelsOf(portions: readonly Portion[]): Set<number> {
  const all = new Set<number>();
  for (const { channels } of portions) for (const channel of channels) all.add(channel);
  return all;
}
