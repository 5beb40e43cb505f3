// How far two measures agree on the order of a layer's channels: rank correlations, from −1 (reversed) to 1 (the same).

export interface Agreement {
  /** Correlation of the ranks. */
  readonly spearman: number;
  /** Pairs in the same order less pairs in the other, as a share of the pairs that neither ties (tau-b). */
  readonly kendall: number;
}

/** Undefined where there is no order to compare: fewer than two channels, or one measure scores all alike. */
export function agreementOf(a: ArrayLike<number>, b: ArrayLike<number>): Agreement | undefined {
  const spearman = correlation(ranksOf(a), ranksOf(b));
  return Number.isFinite(spearman) ? { spearman, kendall: tau(a, b) } : undefined;
}

export interface LayerAgreement extends Agreement {
  readonly layer: string;
  readonly channels: number;
}

interface Scored {
  readonly layer: string;
  readonly scores: ArrayLike<number>;
}

/** Layer by layer, of those that both measures scored and ordered. */
export function layerAgreements(first: readonly Scored[], second: readonly Scored[]): LayerAgreement[] {
  const others = new Map(second.map(({ layer, scores }) => [layer, scores]));
  return first.flatMap(({ layer, scores }) => {
    const other = others.get(layer);
    const agreement = other?.length === scores.length ? agreementOf(scores, other) : undefined;
    return agreement ? [{ layer, channels: scores.length, ...agreement }] : [];
  });
}

/** Over all layers, each counted by its channels; undefined where no layer was ordered by both. */
export function meanAgreement(layers: readonly LayerAgreement[]): Agreement | undefined {
  const total = layers.reduce((sum, { channels }) => sum + channels, 0);
  if (total === 0) return undefined;
  const mean = (of: (layer: LayerAgreement) => number): number =>
    layers.reduce((sum, layer) => sum + of(layer) * layer.channels, 0) / total;
  return { spearman: mean(({ spearman }) => spearman), kendall: mean(({ kendall }) => kendall) };
}

/** From 0 for the lowest; equal values share the mean of their ranks. */
function ranksOf(values: ArrayLike<number>): Float64Array {
  const order = Array.from({ length: values.length }, (_, i) => i).sort((i, j) => at(values, i) - at(values, j));
  const ranks = new Float64Array(values.length);
  for (let from = 0; from < order.length; ) {
    let to = from + 1;
    while (to < order.length && at(values, order[to] as number) === at(values, order[from] as number)) to++;
    for (let i = from; i < to; i++) ranks[order[i] as number] = (from + to - 1) / 2;
    from = to;
  }
  return ranks;
}

/** Pearson's. */
function correlation(a: Float64Array, b: Float64Array): number {
  const mean = (a.length - 1) / 2;
  let [product, left, right] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    const [x, y] = [at(a, i) - mean, at(b, i) - mean];
    product += x * y;
    left += x * x;
    right += y * y;
  }
  return product / Math.sqrt(left * right);
}

/** Knight's algorithm: sorted by the first, the pairs out of order in the second are the exchanges of a merge sort. */
function tau(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const order = Array.from({ length: a.length }, (_, i) => i).sort(
    (i, j) => at(a, i) - at(a, j) || at(b, i) - at(b, j),
  );
  const pairs = (a.length * (a.length - 1)) / 2;
  const second = Float64Array.from(order, (i) => at(b, i));
  const tiedInBoth = tiedPairs(order, (i, j) => at(a, i) === at(a, j) && at(b, i) === at(b, j));
  const tiedInFirst = tiedPairs(order, (i, j) => at(a, i) === at(a, j));
  const exchanges = sortCounting(second);
  const tiedInSecond = tiedPairs(Array.from(second.keys()), (i, j) => second[i] === second[j]);
  const difference = pairs - tiedInFirst - tiedInSecond + tiedInBoth - 2 * exchanges;
  return difference / Math.sqrt((pairs - tiedInFirst) * (pairs - tiedInSecond));
}

/** Pairs within runs of equal neighbours. */
function tiedPairs(order: readonly number[], equal: (i: number, j: number) => boolean): number {
  let [pairs, run] = [0, 1];
  for (let i = 1; i < order.length; i++) {
    run = equal(order[i - 1] as number, order[i] as number) ? run + 1 : 1;
    pairs += run - 1;
  }
  return pairs;
}

/** Sorts in place and returns how many pairs were out of order. */
function sortCounting(values: Float64Array): number {
  if (values.length < 2) return 0;
  const middle = values.length >> 1;
  const [left, right] = [values.slice(0, middle), values.slice(middle)];
  let count = sortCounting(left) + sortCounting(right);
  let [i, j] = [0, 0];
  for (let k = 0; k < values.length; k++) {
    if (j >= right.length || (i < left.length && at(left, i) <= at(right, j))) values[k] = at(left, i++);
    else {
      count += left.length - i;
      values[k] = at(right, j++);
    }
  }
  return count;
}

function at(values: ArrayLike<number>, index: number): number {
  return values[index] as number;
}
