// Which neurons form a unit when maxout is put on a trained network: those that are most alike.

/**
 * Groups of k alike, one after the other. The channel that has the nearest neighbour begins a group, and takes in
 * whatever is left that is most like the group so far.
 * @param moments E[a_i a_j], [channels × channels]; likeness is their cosine, E[a_i a_j] / √(E[a_i²] E[a_j²]).
 */
export function groupSimilar(moments: Float64Array, k: number): number[] {
  const count = Math.sqrt(moments.length);
  const sizes = Float64Array.from({ length: count }, (_, i) => Math.sqrt(moments[i * count + i] as number) || 1);
  const likeness = (i: number, j: number): number =>
    (moments[i * count + j] as number) / ((sizes[i] as number) * (sizes[j] as number));
  const channels = Array.from({ length: count }, (_, i) => i);
  const nearest = channels.map((i) => Math.max(...channels.map((j) => (i === j ? -1 : likeness(i, j)))));
  const seeds = [...channels].sort((a, b) => (nearest[b] as number) - (nearest[a] as number));
  const left = new Set(channels);
  const order: number[] = [];
  for (const seed of seeds) {
    if (!left.delete(seed)) continue;
    const group = [seed];
    while (group.length < k && left.size > 0) {
      const mean = (candidate: number): number => group.reduce((sum, member) => sum + likeness(member, candidate), 0);
      const best = [...left].reduce((a, b) => (mean(b) > mean(a) ? b : a));
      group.push(best);
      left.delete(best);
    }
    order.push(...group.sort((a, b) => a - b));
  }
  return order;
}
