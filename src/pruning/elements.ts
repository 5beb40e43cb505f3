// The union-find under the channels: one element for each position on each axis of each tensor.
import { UserError } from '../errors';
import type { Shape } from '../model/graph';
import type { Axis } from '../ops/operator';
import { Reasons } from './reasons';

/** Ten times what the largest networks known to us have; each takes eight bytes. */
const MAX_ELEMENTS = 2 ** 26;

export const RUN_TIME = 'it meets a size known only when the model runs';

/** What may be said of elements: that they can't be cut, or not exactly. */
type Mark = 'frozen' | 'approximate';

const UNNUMBERED = -1;

/** The elements of an axis. Axes that were tied as wholes share those of one of them. */
interface Range {
  readonly size: number;
  /** Its place among all. */
  readonly order: number;
  /** Its first element; they get numbers when first one of them is told from the others. */
  start: number;
  /** Numbers of the reasons that hold for all of them; 0 is none. Once they have numbers, each has its own. */
  frozen: number;
  approximate: number;
  /** The one that has its elements. */
  shared?: Range;
}

export class Elements {
  readonly axes: Axis[] = [];
  readonly #ranges = new Map<string, Range[]>();
  #count = 0;
  readonly #parents: Uint32Array;
  /** Numbers of the reasons, by root; 0 is none. */
  readonly #marks: Readonly<Record<Mark, Uint16Array>>;
  readonly #reasons = new Reasons();
  /** Lists of channels, by the first element of their axis, and by length and ends. */
  readonly #lists = new Map<number, Uint32Array>();
  readonly #alike = new Map<string, Uint32Array[]>();

  constructor(shapes: ReadonlyMap<string, Shape>) {
    let [most, order] = [0, 0];
    for (const [value, shape] of shapes) {
      const ranges = shape.map((dimension, axis): Range => {
        const size = typeof dimension === 'number' ? dimension : 0;
        if (size > 0) this.axes.push({ value, axis });
        most += size;
        return { size, order: order++, start: UNNUMBERED, frozen: 0, approximate: 0 };
      });
      this.#ranges.set(value, ranges);
    }
    if (most > MAX_ELEMENTS) {
      throw new UserError(
        `The model's tensors have axes of ${most.toLocaleString('en')} elements in all, too many to analyse.`,
      );
    }
    this.#parents = new Uint32Array(most);
    this.#marks = { frozen: new Uint16Array(most), approximate: new Uint16Array(most) };
  }

  /** Elements are numbers below it, once settled. */
  get count(): number {
    return this.#count;
  }

  #range({ value, axis }: Axis): Range {
    let range = this.#ranges.get(value)?.[axis];
    if (range === undefined) throw new Error(`"${value}" has no axis ${axis}`);
    while (range.shared) {
      // Path halving.
      if (range.shared.shared) range.shared = range.shared.shared;
      range = range.shared;
    }
    return range;
  }

  /** The first of its elements, each now with a number. */
  #startOf(range: Range): number {
    if (range.start !== UNNUMBERED) return range.start;
    const [start, end] = [this.#count, this.#count + range.size];
    for (let i = start; i < end; i++) this.#parents[i] = i;
    if (range.frozen !== 0) this.#marks.frozen.fill(range.frozen, start, end);
    if (range.approximate !== 0) this.#marks.approximate.fill(range.approximate, start, end);
    this.#count = end;
    range.start = start;
    return start;
  }

  size(axis: Axis): number {
    return this.#range(axis).size;
  }

  /** The first element of an axis; the others follow it. */
  firstOf(axis: Axis): number {
    return this.#startOf(this.#range(axis));
  }

  isFrozenAt(root: number): boolean {
    return this.#marks.frozen[root] !== 0;
  }

  root(element: number): number {
    const parents = this.#parents;
    let root = element;
    while (parents[root] !== root) {
      // Path halving.
      parents[root] = parents[parents[root] as number] as number;
      root = parents[root] as number;
    }
    return root;
  }

  unite(a: number, b: number): void {
    const [left, right] = [this.root(a), this.root(b)];
    if (left === right) return;
    const [root, child] = left < right ? [left, right] : [right, left];
    this.#parents[child] = root;
    const { frozen, approximate } = this.#marks;
    frozen[root] ||= frozen[child] as number;
    approximate[root] ||= approximate[child] as number;
  }

  tie(a: Axis, b: Axis, offset: number): void {
    const [left, right] = [this.#range(a), this.#range(b)];
    if (left.size === 0 || right.size === 0) {
      // What is cut on one side would have to go on the other, which has no elements to name.
      for (const axis of [a, b]) this.freeze(axis, RUN_TIME);
      return;
    }
    if (!(Number.isInteger(offset) && offset >= 0))
      throw new Error(`"${b.value}" has no element ${offset} along axis ${b.axis}`);
    if (offset === 0 && left.size === right.size && this.#share(left, right)) return;
    const length = Math.min(left.size, right.size - offset);
    const [start, other] = [this.#startOf(left), this.#startOf(right) + offset];
    const parents = this.#parents;
    for (let i = 0; i < length; i++) if (parents[start + i] !== parents[other + i]) this.unite(start + i, other + i);
  }

  /** Ties axes of one size as wholes, which is no work for any element, where one of them has no numbers yet. */
  #share(left: Range, right: Range): boolean {
    if (left === right) return true;
    const [first, second] = left.order < right.order ? [left, right] : [right, left];
    const [kept, given] = second.start === UNNUMBERED ? [first, second] : [second, first];
    if (given.start !== UNNUMBERED) return false;
    this.#markAll('frozen', kept, given.frozen);
    this.#markAll('approximate', kept, given.approximate);
    given.shared = kept;
    return true;
  }

  pick(from: Axis, indices: ArrayLike<number>, to: Axis): void {
    const [source, target] = [this.#range(from), this.#range(to)];
    if (source.size === 0 || target.size === 0) return;
    const [start, other] = [this.#startOf(source), this.#startOf(target)];
    for (let i = 0; i < indices.length; i++) {
      const index = indices[i] as number;
      if (!(index >= 0 && index < source.size && i < target.size)) {
        throw new Error(`"${to.value}" has no element that is ${index} of "${from.value}" along axis ${from.axis}`);
      }
      this.unite(start + index, other + i);
    }
  }

  /** Throws where a value has no such axis. */
  check(axes: readonly (Axis | number)[]): void {
    for (const axis of axes) if (typeof axis !== 'number') this.#range(axis);
  }

  freeze(axis: Axis, reason: string, from = 0, to = Number.POSITIVE_INFINITY): void {
    const range = this.#range(axis);
    const number = this.#reasons.number(reason);
    if (from <= 0 && to >= range.size) this.#markAll('frozen', range, number);
    else this.#markSome('frozen', range, number, from, Math.min(to, range.size));
  }

  approximate(axis: Axis, reason: string): void {
    this.#markAll('approximate', this.#range(axis), this.#reasons.number(reason));
  }

  #markAll(mark: Mark, range: Range, reason: number): void {
    if (reason === 0) return;
    if (range.start === UNNUMBERED) {
      range[mark] ||= reason;
      return;
    }
    const marks = this.#marks[mark];
    for (let i = range.start; i < range.start + range.size; i++) marks[this.root(i)] ||= reason;
  }

  #markSome(mark: Mark, range: Range, reason: number, from: number, to: number): void {
    const [start, marks] = [this.#startOf(range), this.#marks[mark]];
    for (let i = start + from; i < start + to; i++) marks[this.root(i)] ||= reason;
  }

  /** Whether none of an axis can be cut. */
  isFrozen(axis: Axis): boolean {
    const { start, size, frozen } = this.#range(axis);
    if (start === UNNUMBERED) return frozen !== 0 || size === 0;
    for (let i = start; i < start + size; i++) if (this.#marks.frozen[this.root(i)] === 0) return false;
    return true;
  }

  /** Nothing is united any more: every element from now on names its channel itself. */
  settle(): void {
    for (const axis of this.axes) this.#startOf(this.#range(axis));
    // A root stands before all it took in.
    const parents = this.#parents;
    for (let i = 0; i < this.#count; i++) parents[i] = parents[parents[i] as number] as number;
  }

  /** Once settled. Axes with the same channels give the same list: what is found out about it holds for all of them. */
  channels(axis: Axis): Uint32Array | undefined {
    const { start, size } = this.#range(axis);
    if (size === 0) return undefined;
    let list = this.#lists.get(start);
    if (list === undefined) {
      list = this.#known(this.#parents.subarray(start, start + size));
      this.#lists.set(start, list);
    }
    return list;
  }

  #known(list: Uint32Array): Uint32Array {
    const key = `${list.length} ${list[0]} ${list.at(-1)}`;
    const alike = this.#alike.get(key);
    const known = alike?.find((other) => isEqual(other, list));
    if (known !== undefined) return known;
    if (alike) alike.push(list);
    else this.#alike.set(key, [list]);
    return list;
  }

  reason(channel: number): string | undefined {
    return this.#reasons.text(this.#marks.frozen[this.root(channel)] as number);
  }

  approximateReason(channel: number): string | undefined {
    return this.#reasons.text(this.#marks.approximate[this.root(channel)] as number);
  }
}

function isEqual(a: Uint32Array, b: Uint32Array): boolean {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
