// Which elements live or die together. Every axis of every tensor contributes its elements to one union-find; operators
// unite them; what is then one class is one channel: cutting it takes its elements out of every axis they lie on.
import { UserError } from '../errors';
import type { Graph, Node, Shape } from '../model/graph';
import type { Tensor } from '../model/tensor';
import { OPERATORS, operatorOf } from '../ops/index';
import { inferShapes, shapeOf } from '../ops/infer';
import type { Axis, Ties } from '../ops/operator';

export interface Channels {
  readonly shapes: ReadonlyMap<string, Shape>;
  /** The channel of every element of an axis; undefined where the axis' size is known only when the model runs. */
  of(value: string, axis: number): Uint32Array | undefined;
  /** Why a channel can't be cut; undefined where it can. */
  frozen(channel: number): string | undefined;
  /** Every axis whose size is known. */
  readonly axes: readonly Axis[];
}

interface Product {
  readonly whole: Axis;
  readonly parts: readonly Axis[];
}

export interface AnalysisOptions {
  /** Nodes left out: what they tie stays apart (the Reshape of a maxout, to cut within its units). */
  readonly open?: ReadonlySet<Node>;
  /** Inputs of the graph that may be cut: where the graph is a part of a larger one. */
  readonly free?: ReadonlySet<string>;
}

export function analyseChannels(graph: Graph, { open, free }: AnalysisOptions = {}): Channels {
  const shapes = inferShapes(graph);
  const elements = new Elements(shapes);
  const products: Product[] = [];
  const ties: Ties = {
    shape: (value) => shapeOf(shapes, value),
    constant: (name): Tensor | undefined => graph.constants.get(name),
    tie: (a, b, offset = 0) => elements.tie(a, b, offset),
    product: (whole, parts) => products.push({ whole, parts }),
    freeze: (axis, reason) => elements.freezeAxis(axis, reason),
  };
  const freezeAll = (value: string, reason: string): void => {
    shapeOf(shapes, value).forEach((_, axis) => {
      elements.freezeAxis({ value, axis }, reason);
    });
  };
  for (const { name } of graph.inputs) if (!free?.has(name)) freezeAll(name, "it is the model's input");
  for (const { name } of graph.outputs) freezeAll(name, "it is the model's output");
  for (const name of graph.constants.keys()) freezeAll(name, 'it is a constant of the structure');
  for (const node of graph.nodes) {
    if (open?.has(node)) continue;
    const operator = OPERATORS.get(node.type);
    if (operator?.ties) operator.ties(node, ties);
    else for (const value of [...node.inputs, ...node.outputs]) if (value) freezeAll(value, `${node.type} mixes it`);
  }
  uniteProducts(elements, products);
  return {
    shapes,
    of: (value, axis) => elements.channels({ value, axis }),
    frozen: (channel) => elements.reason(channel),
    axes: elements.axes,
  };
}

/**
 * A product (h × w × c = n) can be cut along one of its parts, which is then tied with the whole; the others are frozen.
 * Which one follows from what else is known of the parts: those that are frozen already leave the one that is not.
 */
function uniteProducts(elements: Elements, products: readonly Product[]): void {
  let waiting = [...products];
  const settle = (product: Product, chosen: Axis | undefined): void => {
    elements.tieProduct(product.whole, product.parts, chosen);
    waiting = waiting.filter((other) => other !== product);
  };
  while (waiting.length > 0) {
    const free = waiting.map((product) => product.parts.filter((part) => !elements.axisFrozen(part)));
    const decided = waiting.findIndex((_, i) => (free[i]?.length ?? 0) < 2);
    const index = Math.max(0, decided);
    // Where several parts could be cut, the widest is what a person would call channels.
    const candidates = [...(free[index] ?? [])].sort((a, b) => elements.size(b) - elements.size(a));
    settle(waiting[index] as Product, candidates[0]);
  }
}

/** Ten times what the largest networks known to us have; each takes four bytes. */
const MAX_ELEMENTS = 2 ** 26;

class Elements {
  readonly axes: Axis[] = [];
  readonly #starts = new Map<string, { start: number; size: number }[]>();
  readonly #parents: Uint32Array;
  readonly #reasons = new Map<number, string>();

  constructor(shapes: ReadonlyMap<string, Shape>) {
    let count = 0;
    for (const [value, shape] of shapes) {
      const starts = shape.map((size, axis) => {
        const start = count;
        if (typeof size === 'number') {
          count += size;
          this.axes.push({ value, axis });
        }
        return { start, size: typeof size === 'number' ? size : 0 };
      });
      this.#starts.set(value, starts);
    }
    if (count > MAX_ELEMENTS) {
      throw new UserError(
        `The model's tensors have axes of ${count.toLocaleString('en')} elements in all, too many to analyse.`,
      );
    }
    this.#parents = Uint32Array.from({ length: count }, (_, i) => i);
  }

  #range({ value, axis }: Axis): { start: number; size: number } {
    const range = this.#starts.get(value)?.[axis];
    if (range === undefined) throw new Error(`"${value}" has no axis ${axis}`);
    return range;
  }

  size(axis: Axis): number {
    return this.#range(axis).size;
  }

  #root(element: number): number {
    const parents = this.#parents;
    let root = element;
    while (parents[root] !== root) {
      // Path halving.
      parents[root] = parents[parents[root] as number] as number;
      root = parents[root] as number;
    }
    return root;
  }

  #unite(a: number, b: number): void {
    const [left, right] = [this.#root(a), this.#root(b)];
    if (left === right) return;
    const [root, child] = left < right ? [left, right] : [right, left];
    this.#parents[child] = root;
    const reason = this.#reasons.get(child);
    if (reason !== undefined) this.#freeze(root, reason);
    this.#reasons.delete(child);
  }

  #freeze(element: number, reason: string): void {
    const root = this.#root(element);
    if (!this.#reasons.has(root)) this.#reasons.set(root, reason);
  }

  tie(a: Axis, b: Axis, offset: number): void {
    const [left, right] = [this.#range(a), this.#range(b)];
    const length = Math.min(left.size, right.size - offset);
    for (let i = 0; i < length; i++) this.#unite(left.start + i, right.start + offset + i);
  }

  freezeAxis(axis: Axis, reason: string): void {
    const { start, size } = this.#range(axis);
    for (let i = 0; i < size; i++) this.#freeze(start + i, reason);
  }

  axisFrozen(axis: Axis): boolean {
    const { start, size } = this.#range(axis);
    for (let i = 0; i < size; i++) if (!this.#reasons.has(this.#root(start + i))) return false;
    return true;
  }

  /** Ties element n of the whole with the element of the chosen part that n's row-major index names. */
  tieProduct(whole: Axis, parts: readonly Axis[], chosen: Axis | undefined): void {
    for (const part of parts) {
      if (part !== chosen) this.freezeAxis(part, 'it is folded with other axes');
    }
    if (chosen === undefined) {
      this.freezeAxis(whole, 'it is folded with other axes');
      return;
    }
    const { start, size } = this.#range(whole);
    const inner = parts.slice(parts.indexOf(chosen) + 1).reduce((product, part) => product * this.size(part), 1);
    const target = this.#range(chosen);
    for (let i = 0; i < size; i++) this.#unite(start + i, target.start + (Math.floor(i / inner) % target.size));
  }

  channels(axis: Axis): Uint32Array | undefined {
    const { start, size } = this.#range(axis);
    return size === 0 ? undefined : Uint32Array.from({ length: size }, (_, i) => this.#root(start + i));
  }

  reason(channel: number): string | undefined {
    return this.#reasons.get(this.#root(channel));
  }
}

/** Where a node with weights makes channels; undefined for any other node. */
export function produced(node: Node, shapes: ReadonlyMap<string, Shape>): { output: Axis; weight: Axis } | undefined {
  return operatorOf(node.type).produces?.(node, (value) => shapeOf(shapes, value));
}
