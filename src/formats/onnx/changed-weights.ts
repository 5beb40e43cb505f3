// Which weights of a graph are no longer those of the file.
import type { Graph } from '../../model/graph';
import type { Weight } from '../../model/weight';

export class ChangedWeights {
  /** Vectors of the file that a layer changed, be it in its own copy. */
  readonly #vectors: ReadonlySet<string>;

  /** @param copies vectors that layers share in the file, by the names they have apart. */
  constructor(
    private readonly before: Graph,
    private readonly after: Graph,
    private readonly copies: ReadonlyMap<string, string>,
  ) {
    const changed = [...copies].filter(
      ([copy, original]) => this.of(copy) !== undefined || this.of(original) !== undefined,
    );
    this.#vectors = new Set(changed.map(([, original]) => original));
  }

  /** The weight as it is now; undefined where it is as before. */
  of(name: string): Weight | undefined {
    const [before, after] = [this.before.weights.get(name), this.after.weights.get(name)];
    const kept =
      before?.bytes === after?.bytes &&
      sameShape(before?.shape, after?.shape) &&
      before?.storage.sparse === after?.storage.sparse;
    return kept ? undefined : after;
  }

  /** Whether a vector that the file holds once for several layers can stay so: none of them changed it. */
  isShared(copy: string): boolean {
    const original = this.copies.get(copy);
    return original !== undefined && !this.#vectors.has(original);
  }

  /** Whether it is a layer's own copy, and must be. */
  isApart(copy: string): boolean {
    return this.copies.has(copy) && !this.isShared(copy);
  }

  /** Whether the weight changed, or a layer's copy of it. */
  has(name: string): boolean {
    return this.of(name) !== undefined || this.#vectors.has(name);
  }
}

function sameShape(a: readonly number[] | undefined, b: readonly number[] | undefined): boolean {
  return (
    a === b || (a !== undefined && b !== undefined && a.length === b.length && a.every((size, i) => size === b[i]))
  );
}
