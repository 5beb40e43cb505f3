// What the product knows about one operator of the ONNX specification. To teach it another is to add one file.
import type { Tensor as TfTensor } from '@tensorflow/tfjs-core';
import type { Dimension, Node, Shape } from '../model/graph';
import type { Tensor } from '../model/tensor';

export interface Operator {
  readonly type: string;
  /**
   * Shapes of the outputs, undefined where one can't be told before the graph runs. Throws where the inputs do not fit.
   * @param inputs their shapes, all known; one left out has [].
   */
  shapes(node: Node, inputs: readonly Shape[], known: Known): readonly (Shape | undefined)[];
  /** The shape that its first input must have, as far as the others tell: asked where nobody knows it. */
  expects?(node: Node, inputs: readonly (Shape | undefined)[]): Shape | undefined;
  /** The integers it computes from sizes (Shape, and what works on its result), row-major, at most MAX_SIZES. */
  sizes?(node: Node, inputs: readonly Shape[], known: Known): readonly Size[] | undefined;
  /** Inputs that say a shape and nothing else: what they are computed from may change with a cut, see `resize`. */
  readonly shapeInputs?: readonly number[];
  /** Inputs that may be sizes it calculates with: `resize` states them as what they were, where the file can. */
  readonly sizeInputs?: readonly number[];
  /** Which channels it ties together. Without it, everything the operator touches is frozen. */
  ties?(node: Node, ties: Ties): void;
  /** Where it reads channels. */
  contracts?(node: Node, shape: (value: string) => Shape): readonly Contraction[];
  /** Where it makes channels: an axis of its first output, and of the weight that makes them. */
  produces?(node: Node, shape: (value: string) => Shape): { output: Axis; weight: Axis } | undefined;
  /** Multiply-accumulates of one sample; how sizes that only a run tells count says `counted`. */
  macs?(node: Node, inputs: readonly Shape[], outputs: readonly Shape[]): number;
  /** True where max(f(a), f(b)) = f(max(a, b)), element by element: maxout may stand on either side of it. */
  readonly monotone?: (node: Node) => boolean;
  /** True where an element of the output is made of the same element of every operand, and of nothing else. */
  readonly pointwise?: true;
  /** The node as it must read once widths have changed; its constants are remade through `remake`. Default: as it is. */
  resize?(node: Node, widths: Widths): Node;
  /** True where no gradient goes back through it, whatever it reads: it makes truth values, indices, sizes. */
  readonly discrete?: true;
  /** Emits the node as it runs in training and returns how a gradient goes back. Without it there is no gradient rule. */
  differentiate?(node: Node, tape: Tape): Backward;
  /** Emits the node as it runs in training, where that is another computation; `differentiate` emits the same. */
  inTraining?(node: Node, tape: Tape): void;
  /** The same computation by TensorFlow.js. An operator with `inTraining` is evaluated as it runs at inference. */
  evaluate?(node: Node, inputs: readonly TfTensor[], run: Evaluation): TfTensor | TfTensor[];
}

/** Looks up a constant by name. */
export type Constants = Known['constant'];

/** What is known of a graph's values before it runs. */
export interface Known {
  /** A constant, by name. */
  readonly constant: (name: string) => Tensor | undefined;
  /** Integers: those of a constant, or what the graph computes from sizes. */
  readonly sizes: (name: string) => readonly Size[] | undefined;
}

/** One integer: its value, and the axes whose sizes it is computed from (none for a constant). */
export interface Size {
  readonly value: Dimension;
  readonly from: readonly Axis[];
}

/** Nothing that describes a shape is longer. */
export const MAX_SIZES = 256;

/** Where a weight is multiplied by what it reads and summed over. */
export interface Contraction {
  /** The axis of the value read; absent where an operator reads its own result (the recurrent weights of an LSTM). */
  readonly input?: Axis;
  readonly weight: Axis;
}

/** One axis of a value, a weight or an input. */
export interface Axis {
  readonly value: string;
  readonly axis: number;
}

/** How an operator says which elements live or die together. */
export interface Ties extends Known {
  shape(value: string): Shape;
  /** Element i of one axis with element i + offset of the other, over the shorter of both from there on. */
  tie(a: Axis, b: Axis, offset?: number): void;
  /** Element indices[i] of one axis with element i of the other. */
  pick(from: Axis, indices: ArrayLike<number>, to: Axis): void;
  /**
   * `whole` is the row-major product of `parts` (a Reshape): one of the parts may be cut, the others are frozen.
   * A number stands for a part that is no axis of its own: it can't be cut.
   */
  product(whole: Axis, parts: readonly (Axis | number)[]): void;
  /** No element of the axis can be cut, or none of those from a place to before another. */
  freeze(axis: Axis, reason: string, from?: number, to?: number): void;
  /** What lies on the outer axis around the elements of the inner one can be cut only where some of those can. */
  frame(inner: Axis, outer: Axis, reason: string): void;
  /** A cut changes the result a little (a mean over what is cut): frozen, unless a person allows approximate cuts. */
  approximate(axis: Axis, reason: string): void;
}

/** Sizes before and after a cut; what is known is that from before. */
export interface Widths extends Known {
  before(value: string): Shape;
  after(value: string): Shape;
  /** Indices of the elements that stay on an axis; undefined where all do. */
  kept(value: string, axis: number): Uint32Array | undefined;
  /** Adds a constant and returns its name. */
  remake(tensor: Tensor): string;
  /** Adds a node in front of this one and returns the name of what it makes. */
  insert(type: string, inputs: readonly string[]): string;
}

/** Gradients of the outputs (undefined where none flows) to gradients of the inputs (undefined where none is wanted). */
export type Backward = (gradients: readonly string[]) => readonly (string | undefined)[];

/** Where a training graph is written: forward nodes first, the backward ones after. */
export interface Tape extends Known {
  shape(value: string): Shape;
  /** True where a gradient with respect to the value is wanted. */
  wants(value: string): boolean;
  /** Emits a forward node as it is. */
  keep(node: Node): void;
  /** Emits a node and returns its first output's name; `output` fixes that name. */
  op(type: string, inputs: readonly string[], attributes?: Node['attributes'], output?: string): string;
  /** Emits a node with several outputs. */
  ops(type: string, inputs: readonly string[], attributes: Node['attributes'], outputs: number): string[];
  float(value: number): string;
  floats(values: readonly number[]): string;
  ints(values: readonly number[]): string;
  /** A random mask of the given shape as a fed input: 0 with probability `rate`, else 1 / (1 − rate). */
  mask(shape: readonly number[], rate: number): string;
  /** A weight that the step replaces by a computed value: moving averages. */
  update(weight: string, value: string): void;
}

export interface Evaluation {
  readonly tf: typeof import('@tensorflow/tfjs-core');
  constant(name: string): Tensor | undefined;
}

/** A training step by gradient rules can't be written: an engine with automatic differentiation may train the model. */
export class NoGradientRule extends Error {
  override readonly name = 'NoGradientRule';
  /** @param what of the operator has no rule, where it has one for the rest. */
  constructor(
    readonly node: Node,
    what: string = node.type,
  ) {
    super(`no gradient rule for ${what} "${node.name}" (layer "${node.layer}")`);
  }
}

/** An attribute that is a number, or its default by the specification. */
export function numberAttribute(node: Node, name: string, fallback: number): number {
  const value = node.attributes[name] ?? fallback;
  if (typeof value !== 'number') throw new Error(`${node.type} "${node.name}": attribute ${name} must be a number`);
  return value;
}

/** An attribute that is a list of numbers, or its default. */
export function listAttribute(node: Node, name: string, fallback: readonly number[]): readonly number[] {
  const value = node.attributes[name] ?? fallback;
  if (!Array.isArray(value)) throw new Error(`${node.type} "${node.name}": attribute ${name} must be a list`);
  return value;
}

/** The name of an input that must be there. */
export function input(node: Node, index: number): string {
  const name = node.inputs[index];
  if (!name) throw new Error(`${node.type} "${node.name}" lacks input ${index}`);
  return name;
}

/** The name of the first output. */
export function output(node: Node): string {
  const name = node.outputs[0];
  if (!name) throw new Error(`${node.type} "${node.name}" has no output`);
  return name;
}

/** An axis that may count from the end, as one that counts from the start. Throws where there is none; a single number takes 0. */
export function axisWithin(axis: number, rank: number): number {
  const own = fromStart(axis, rank);
  if (Number.isInteger(own) && own >= 0 && own < Math.max(1, rank)) return own;
  throw new Error(`there is no axis ${axis} among ${rank}`);
}

/** A place that may count from the end, as one that counts from the start. */
export function fromStart(axis: number, rank: number): number {
  return axis < 0 ? axis + rank : axis;
}
