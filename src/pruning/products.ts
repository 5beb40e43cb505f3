// Products of axes, as flattening makes them (h × w × c = n): along which of its parts each can be cut.
import type { Axis } from '../ops/operator';
import { type Elements, RUN_TIME } from './elements';

/** `whole` is the row-major product of `parts`; a number is a part that is no axis of its own. */
export interface Product {
  readonly whole: Axis;
  readonly parts: readonly (Axis | number)[];
}

/**
 * A product can be cut along one of its parts, which is then tied with the whole; the others are frozen. Those with one
 * free part are settled first, which may freeze parts of others. Where several are free, the one is chosen that leaves
 * the most channels.
 */
export function settleProducts(elements: Elements, products: readonly Product[]): void {
  new Products(elements).settle(products);
}

class Products {
  constructor(private readonly elements: Elements) {}

  settle(products: readonly Product[]): void {
    const isKnown = ({ whole, parts }: Product): boolean => [whole, ...parts].every((part) => this.#size(part) > 0);
    const [known, unknown] = [true, false].map((is) => products.filter((product) => isKnown(product) === is));
    for (const { whole, parts } of unknown ?? []) {
      for (const part of [whole, ...axesOf(parts)]) this.elements.freeze(part, RUN_TIME);
    }
    let waiting = known ?? [];
    while (waiting.length > 0) {
      const free = waiting.map(({ parts }) =>
        axesOf(parts).filter((part) => !this.elements.isFrozen(part) && this.#isPlaced(part, parts)),
      );
      const decided = waiting.findIndex((_, i) => (free[i]?.length ?? 0) < 2);
      const index = Math.max(0, decided);
      const product = waiting[index] as Product;
      const candidates = free[index] ?? [];
      this.#settle(product, candidates.length < 2 ? candidates[0] : this.#finest(product, candidates));
      waiting = waiting.filter((other) => other !== product);
    }
  }

  /** Ties element n of the whole with the element of the chosen part that n's row-major index names. */
  #settle(product: Product, chosen: Axis | undefined): void {
    const { whole, parts } = product;
    for (const part of axesOf(parts)) if (part !== chosen) this.elements.freeze(part, 'it is folded with other axes');
    if (chosen === undefined) {
      this.elements.freeze(whole, 'it is folded with other axes');
      return;
    }
    const [size, position] = [this.elements.size(whole), this.#position(product, chosen)];
    const [start, target] = [this.elements.firstOf(whole), this.elements.firstOf(chosen)];
    for (let i = 0; i < size; i++) this.elements.unite(start + i, target + position(i));
  }

  /** Whether an index of the whole tells that of a part: all sizes behind it are known. */
  #isPlaced(part: Axis, parts: Product['parts']): boolean {
    return parts.slice(parts.indexOf(part) + 1).every((other) => this.#size(other) > 0);
  }

  /** From an index of the whole to the index on one of its parts. */
  #position({ parts }: Product, chosen: Axis): (index: number) => number {
    const inner = parts
      .slice(parts.indexOf(chosen) + 1)
      .reduce<number>((product, part) => product * this.#size(part), 1);
    const size = this.elements.size(chosen);
    return (index) => Math.floor(index / inner) % size;
  }

  #size(part: Axis | number): number {
    return typeof part === 'number' ? part : this.elements.size(part);
  }

  /** The part along which the whole would fall into the most channels; the widest of equal ones. */
  #finest(product: Product, candidates: readonly Axis[]): Axis | undefined {
    let best: { part: Axis; classes: number; size: number } | undefined;
    for (const part of candidates) {
      const classes = this.#classesAlong(product, part);
      const size = this.#size(part);
      if (best === undefined || classes > best.classes || (classes === best.classes && size > best.size)) {
        best = { part, classes, size };
      }
    }
    return best?.part;
  }

  /** How many channels that are not frozen the whole would fall into, were it tied along a part. */
  #classesAlong(product: Product, part: Axis): number {
    const size = this.elements.size(product.whole);
    const [start, target] = [this.elements.firstOf(product.whole), this.elements.firstOf(part)];
    const position = this.#position(product, part);
    const parents = new Map<number, number>();
    const frozen = new Set<number>();
    const find = (root: number): number => {
      let current = root;
      for (let next = parents.get(current); next !== undefined; next = parents.get(current)) current = next;
      return current;
    };
    const roots = new Set<number>();
    for (let i = 0; i < size; i++) {
      const ends = [this.elements.root(start + i), this.elements.root(target + position(i))] as const;
      for (const end of ends) if (this.elements.isFrozenAt(end)) frozen.add(end);
      roots.add(ends[0]).add(ends[1]);
      const [a, b] = [find(ends[0]), find(ends[1])];
      if (a !== b) parents.set(Math.max(a, b), Math.min(a, b));
    }
    const dead = new Set([...frozen].map(find));
    return new Set([...roots].map(find).filter((root) => !dead.has(root))).size;
  }
}

function axesOf(parts: Product['parts']): Axis[] {
  return parts.filter((part) => typeof part !== 'number');
}
