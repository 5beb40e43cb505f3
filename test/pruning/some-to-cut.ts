// Channels to try a cut on.
import type { Channels } from '../../src/pruning/channels';
import { random, shuffled } from '../../src/random';

/** All channels, in an order fixed by the seed. */
export function shuffledChannels(channels: Channels, seed: number): number[] {
  const all = new Set(channels.axes.flatMap(({ value, axis }) => [...(channels.of(value, axis) ?? [])]));
  const list = [...all].sort((a, b) => a - b);
  return Array.from(shuffled(list.length, random('channels', seed)), (i) => list[i] as number);
}

/** About a share of the channels that can be cut, such that no axis loses its last element. */
export function someToCut(channels: Channels, seed: number, share: number): Set<number> {
  const own = channels.axes.map(({ value, axis }) => [...(channels.of(value, axis) ?? [])]);
  const removed = new Set<number>();
  const source = random('share', seed);
  for (const channel of shuffledChannels(channels, seed)) {
    if (channels.frozen(channel) !== undefined || source.next() > share) continue;
    removed.add(channel);
    const emptied = own.some((axis) => axis.includes(channel) && axis.every((other) => removed.has(other)));
    if (emptied) removed.delete(channel);
  }
  return removed;
}
