// The columns of a layer's chart: its channels by relevance, several to a column where there are more than it is wide.

export interface Column {
  /** From 0 to 1 of the chart's height: the mean of its channels. */
  readonly height: number;
  /** Position of its first channel and of the one behind its last in the order. */
  readonly from: number;
  readonly to: number;
}

/** @param most columns that can be told apart, at least 1. */
export function columnsOf(scores: readonly number[], order: Uint32Array, most: number): Column[] {
  const count = Math.min(order.length, Math.max(1, Math.floor(most)));
  const [base, top] = range(scores);
  return Array.from({ length: count }, (_, i) => {
    const from = Math.floor((i * order.length) / count);
    const to = Math.floor(((i + 1) * order.length) / count);
    let sum = 0;
    for (let position = from; position < to; position++) sum += finite(scores[order[position] as number]);
    const height = top > base ? (sum / (to - from) - base) / (top - base) : 0;
    return { height, from, to };
  });
}

/** From 0, or less where a score is, to the highest. */
function range(scores: readonly number[]): [number, number] {
  let [base, top] = [0, 0];
  for (const score of scores) {
    const value = finite(score);
    base = Math.min(base, value);
    top = Math.max(top, value);
  }
  return [base, top];
}

function finite(score: number | undefined): number {
  return Number.isFinite(score) ? (score as number) : 0;
}
