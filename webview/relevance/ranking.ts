// Channels in order of relevance.

/** Indices of scores, the least first; of equal ones the first. Scores that are no numbers count as least. */
export function ascending(scores: readonly number[]): Uint32Array {
  const order = Uint32Array.from(scores.keys());
  const value = (i: number): number => {
    const score = scores[i] ?? Number.NaN;
    return Number.isNaN(score) ? Number.NEGATIVE_INFINITY : score;
  };
  return order.sort((a, b) => value(a) - value(b) || a - b);
}

/** Rank of each channel, 1 for the most relevant. */
export function ranks(order: Uint32Array): Uint32Array {
  const result = new Uint32Array(order.length);
  order.forEach((channel, position) => {
    result[channel] = order.length - position;
  });
  return result;
}

export interface Rival {
  readonly channel: number;
  readonly score: number;
  /** Of all its unit's observations, from 0 to 1. */
  readonly share: number;
}

/** The neurons that a channel competes with in its maxout unit, itself among them, in their order. */
export function rivalsOf(scores: readonly number[], neurons: number, channel: number): Rival[] {
  const first = Math.floor(channel / neurons) * neurons;
  const own = scores.slice(first, first + neurons);
  const total = own.reduce((sum, score) => sum + score, 0);
  return own.map((score, j) => ({ channel: first + j, score, share: total > 0 ? score / total : 0 }));
}

export interface Ranking {
  /** Channels, the least relevant first. */
  readonly order: Uint32Array;
  /** Rank of each channel, 1 for the most relevant. */
  readonly ranks: Uint32Array;
}

const known = new WeakMap<readonly number[], Ranking>();

/** The ranking of scores, made once. */
export function rankingOf(scores: readonly number[]): Ranking {
  const found = known.get(scores);
  if (found !== undefined) return found;
  const order = ascending(scores);
  const ranking = { order, ranks: ranks(order) };
  known.set(scores, ranking);
  return ranking;
}
