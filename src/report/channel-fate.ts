// What became of the channels of each layer after they were first measured.
import type { RelevanceRecord } from '../session/record';
import type { Ends } from './ends';

export interface LayerFate {
  readonly relevance: RelevanceRecord;
  /** In words, the iteration in which it was measured. */
  readonly measured: string;
  /** Channels, by their indices at that time, that the result no longer has. */
  readonly cut: ReadonlySet<number>;
}

/** Every layer that was measured on the way to the result, by its first measurement. */
export function layerFates({ path }: Ends): LayerFate[] {
  const seen = new Set<string>();
  return path.flatMap((iteration, i) =>
    iteration.relevance.flatMap((relevance) => {
      if (seen.has(relevance.layer) || relevance.scores.length === 0) return [];
      seen.add(relevance.layer);
      const removals = path
        .slice(i)
        .flatMap(({ cuts }) => cuts.filter(({ layer }) => layer === relevance.layer).map(({ removed }) => removed));
      return [{ relevance, measured: iteration.title, cut: cutChannels(relevance.scores.length, removals) }];
    }),
  );
}

/** Each removal counts in the channels that those before it left; this counts them all in the first ones. */
function cutChannels(channels: number, removals: readonly (readonly number[])[]): Set<number> {
  let left = Array.from({ length: channels }, (_, i) => i);
  for (const removal of removals) {
    const removed = new Set(removal);
    left = left.filter((_, i) => !removed.has(i));
  }
  const kept = new Set(left);
  return new Set(Array.from({ length: channels }, (_, i) => i).filter((i) => !kept.has(i)));
}
