// Which elements live or die together. Every axis of every tensor contributes its elements to one union-find; operators
// unite them; what is then one class is one channel: cutting it takes its elements out of every axis they lie on.
import { type Graph, type Node, type Shape, whereKnown } from '../model/graph';
import type { Tensor } from '../model/tensor';
import { operatorFor } from '../ops/index';
import { infer, shapeOf } from '../ops/infer';
import { whyOpaque } from '../ops/opaque';
import type { Axis, Contraction, Operator, Size, Ties } from '../ops/operator';
import { Elements } from './elements';
import { type Product, settleProducts } from './products';
import { remembered } from './remembered';

export interface Channels {
  /** Of every value whose shape is known. */
  readonly shapes: ReadonlyMap<string, Shape>;
  sizes(name: string): readonly Size[] | undefined;
  /**
   * The channel of every element of an axis; undefined where the axis' size is known only when the model runs. Axes with
   * the same channels have the same list.
   */
  of(value: string, axis: number): Uint32Array | undefined;
  /** Why a channel can't be cut; undefined where it can. */
  frozen(channel: number): string | undefined;
  /** Why cutting it is not exact; undefined where it is. Only where approximate cuts are allowed. */
  approximate(channel: number): string | undefined;
  /** Every axis whose size is known. */
  readonly axes: readonly Axis[];
  /** Channels are numbers below it. */
  readonly bound: number;
}

export interface AnalysisOptions {
  /** Nodes left out: what they tie stays apart (the Reshape of a maxout, to cut within its units). */
  readonly open?: ReadonlySet<Node>;
  /** Inputs of the graph that may be cut: where the graph is a part of a larger one. */
  readonly free?: ReadonlySet<string>;
  /** Whether channels may be cut that something is normalised over: the result is then not quite the masked one's. */
  readonly approximate?: boolean;
}

export function analyseChannels(graph: Graph, options?: AnalysisOptions): Channels {
  return options === undefined ? analysisOf(graph) : analyse(graph, options);
}

/** @param approximate see AnalysisOptions. */
export function channelsToCut(graph: Graph, approximate = false): Channels {
  return approximate ? approximateAnalysisOf(graph) : analysisOf(graph);
}

const analysisOf = remembered((graph: Graph) => analyse(graph, {}));
const approximateAnalysisOf = remembered((graph: Graph) => analyse(graph, { approximate: true }));

/** The outer axis is frozen where all of the inner one is. */
interface Frame {
  readonly inner: Axis;
  readonly outer: Axis;
  readonly reason: string;
}

function analyse(graph: Graph, { open, free, approximate = false }: AnalysisOptions): Channels {
  const { shapes, sizes } = infer(graph);
  const elements = new Elements(shapes);
  const products: Product[] = [];
  const frames: Frame[] = [];
  const ties: Ties = {
    shape: (value) => shapeOf(shapes, value),
    constant: (name): Tensor | undefined => graph.constants.get(name),
    sizes,
    tie: (a, b, offset = 0) => elements.tie(a, b, offset),
    pick: (from, indices, to) => elements.pick(from, indices, to),
    product(whole, parts) {
      elements.check([whole, ...parts]);
      products.push({ whole, parts });
    },
    freeze: (axis, reason, from, to) => elements.freeze(axis, reason, from, to),
    frame: (inner, outer, reason) => frames.push({ inner, outer, reason }),
    approximate: (axis, reason) =>
      approximate ? elements.approximate(axis, reason) : elements.freeze(axis, `${reason} (an approximate cut can)`),
  };
  const freezeAll = (value: string, reason: string): void => {
    shapes.get(value)?.forEach((_, axis) => {
      elements.freeze({ value, axis }, reason);
    });
  };
  for (const { name } of graph.inputs) if (!free?.has(name)) freezeAll(name, "it is tied to the model's input");
  for (const { name } of graph.outputs) freezeAll(name, "it is the model's output");
  for (const name of graph.constants.keys()) freezeAll(name, 'it meets a constant of the model, which keeps its size');
  for (const node of graph.nodes) {
    if (open?.has(node)) continue;
    const values = [...node.inputs, ...node.outputs, ...(node.captures ?? [])].filter((value) => value !== '');
    const operator = operatorFor(node);
    freezeCountedSizes(node, graph, sizes, elements);
    if (operator?.ties === undefined) {
      const touches = whyOpaque(node) ?? `${node.type} touches it, of which nothing is known`;
      const reason = operator ? `${node.type} mixes it` : touches;
      for (const value of values) freezeAll(value, reason);
    } else if (!values.every((value) => shapes.has(value)) || !tied(operator, node, ties)) {
      for (const value of values) freezeAll(value, `the shapes around ${node.type} are not known`);
    }
  }
  for (const { inner, outer, reason } of frames) if (elements.isFrozen(inner)) elements.freeze(outer, reason);
  settleProducts(elements, products);
  elements.settle();
  return {
    shapes,
    sizes,
    of: (value, axis) => elements.channels({ value, axis }),
    frozen: (channel) => elements.reason(channel),
    approximate: (channel) => elements.approximateReason(channel),
    axes: elements.axes,
    bound: elements.count,
  };
}

/** False where it would have to know sizes that only a run tells. */
function tied(operator: Operator, node: Node, ties: Ties): boolean {
  return (
    whereKnown(() => {
      operator.ties?.(node, ties);
      return true;
    }) === true
  );
}

/**
 * A size may shape something; where the model calculates with it (the root of a width), that size must stay, or be stated
 * as the number it is.
 */
function freezeCountedSizes(node: Node, graph: Graph, sizes: Channels['sizes'], elements: Elements): void {
  const operator = operatorFor(node);
  if (operator?.sizes !== undefined && sizes(node.outputs[0] ?? '') !== undefined) return;
  [...node.inputs, ...(node.captures ?? [])].forEach((name, i) => {
    if (name === '' || operator?.shapeInputs?.includes(i)) return;
    const known = sizes(name) ?? [];
    const isStated = graph.statesSizes && operator?.sizeInputs?.includes(i);
    if (isStated && known.every(({ value }) => typeof value === 'number')) return;
    for (const { from } of known) {
      for (const axis of from) elements.freeze(axis, `${node.type} calculates with its size`);
    }
  });
}

/** Where a node makes channels; undefined for one that makes none. */
export function produced(node: Node, shapes: ReadonlyMap<string, Shape>): { output: Axis; weight: Axis } | undefined {
  return whereKnown(() => known(node, shapes)?.produces?.(node, (value) => shapeOf(shapes, value)));
}

/** Where a node reads channels. */
export function contracted(node: Node, shapes: ReadonlyMap<string, Shape>): readonly Contraction[] {
  return whereKnown(() => known(node, shapes)?.contracts?.(node, (value) => shapeOf(shapes, value))) ?? [];
}

/** The node's operator where all it touches has a known shape. */
function known(node: Node, shapes: ReadonlyMap<string, Shape>): ReturnType<typeof operatorFor> {
  const all = [...node.inputs, ...node.outputs].every((value) => value === '' || shapes.has(value));
  return all ? operatorFor(node) : undefined;
}
