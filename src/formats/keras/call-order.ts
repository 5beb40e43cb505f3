// The calls of a model's layers, each after those it reads from.
import { UserError } from '../../errors';
import type { Entry, Topology } from './topology';

type Ordered = Topology['order'][number];

/** Every call after those it reads from: in the order listed, but that what a call waits for comes before it. */
export function inOrder(entries: readonly Entry[]): Ordered[] {
  const byName = new Map(
    entries.map((entry) => [entry.name, entry.calls.map((_, call): Ordered => ({ entry, call }))]),
  );
  const placed = new Set<Ordered>();
  const waiting = new Set<Ordered>();
  for (const listed of [...byName.values()].flat()) {
    const stack = placed.has(listed) ? [] : [{ node: listed, next: 0 }];
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      waiting.add(top.node);
      const reads = top.node.entry.calls[top.node.call]?.inputs[top.next++];
      if (reads === undefined) {
        placed.add(top.node);
        waiting.delete(top.node);
        stack.pop();
        continue;
      }
      const source = byName.get(reads.layer)?.[reads.call];
      if (source === undefined || placed.has(source)) continue;
      if (waiting.has(source)) throw circle([...waiting], source);
      stack.push({ node: source, next: 0 });
    }
  }
  return [...placed];
}

/** @param waiting calls that wait each for the next, the last one for `first`. */
function circle(waiting: readonly Ordered[], first: Ordered): UserError {
  const names = waiting.slice(waiting.indexOf(first)).map(({ entry }) => `"${entry.name}"`);
  const shown = names.length > 4 ? [...names.slice(0, 4), '…'] : names;
  return new UserError(`the layers ${shown.join(', ')} read from each other in a circle`);
}
