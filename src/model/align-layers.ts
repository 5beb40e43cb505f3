// The layers of two models side by side.

export interface LayerPair<L> {
  /** Absent for a layer that is new, as a maxout that was introduced. */
  readonly before: L | undefined;
  /** Absent for a layer that is gone, as a maxout that was folded away. */
  readonly after: L | undefined;
}

/** Pairs layers by name, in the order of the first model; new ones stand where the second has them. */
export function alignLayers<L extends { readonly name: string }>(
  before: readonly L[],
  after: readonly L[],
): LayerPair<L>[] {
  const known = new Set(before.map(({ name }) => name));
  const rest = [...after];
  const pairs: LayerPair<L>[] = [];
  const takeNew = (): void => {
    for (let next = rest[0]; next !== undefined && !known.has(next.name); next = rest[0]) {
      pairs.push({ before: undefined, after: next });
      rest.shift();
    }
  };
  for (const layer of before) {
    takeNew();
    const found = rest.findIndex(({ name }) => name === layer.name);
    pairs.push({ before: layer, after: found < 0 ? undefined : rest.splice(found, 1)[0] });
  }
  return [...pairs, ...rest.map((layer): LayerPair<L> => ({ before: undefined, after: layer }))];
}
