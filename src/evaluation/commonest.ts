// What a model that has learnt nothing but how common the classes are would reach.
import type { Target } from '../data/dataset';

/** The share of the labels that are of the commonest class; 0 where the target is no class. */
export function commonestShare(target: Target | undefined): number {
  if (target?.kind !== 'classes') return 0;
  const counts = new Map<number, number>();
  for (const label of target.labels) if (label !== target.ignored) counts.set(label, (counts.get(label) ?? 0) + 1);
  const known = [...counts.values()].reduce((sum, count) => sum + count, 0);
  return known === 0 ? 0 : Math.max(...counts.values()) / known;
}
