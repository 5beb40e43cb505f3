// A model's operators, in the terms of the ONNX specification (https://onnx.ai/onnx/operators), opset 18.
import type { ElementType, Tensor } from './tensor';
import type { Weight } from './weight';

/** A size known now, or the name of one known when the model runs (the batch). */
export type Dimension = number | string;
export type Shape = readonly Dimension[];

export type Attribute = number | string | readonly number[];

/** One operator. An input is the name of a value, a weight or a constant; '' stands for an optional one left out. */
export interface Node {
  readonly name: string;
  readonly type: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, Attribute>>;
  /** Name of the layer it belongs to. */
  readonly layer: string;
}

/** What flows in or out of a graph. */
export interface Value {
  readonly name: string;
  readonly type: ElementType;
  readonly shape: Shape;
}

export interface Graph {
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  /** In an order in which every node comes after those it reads from. */
  readonly nodes: readonly Node[];
  readonly weights: ReadonlyMap<string, Weight>;
  /** Small tensors that are part of the structure: a Reshape's target, a scalar. */
  readonly constants: ReadonlyMap<string, Tensor>;
}

export const BATCH = 'batch';

/** The only input or output of a node or graph that can have but one. */
export function only<T>(items: readonly T[], what: string): T {
  const [first] = items;
  if (first === undefined || items.length !== 1) throw new Error(`${what}: wanted exactly one, found ${items.length}`);
  return first;
}

/** The dimension at an axis, as a number; `what` names it in the error where it is only known when the model runs. */
export function fixed(shape: Shape, axis: number, what = 'value'): number {
  const size = shape.at(axis);
  if (typeof size !== 'number') throw new Error(`${what}: axis ${axis} of [${shape.join(', ')}] has no fixed size`);
  return size;
}

/** The nodes that read a value. */
export function consumers(graph: Graph, value: string): Node[] {
  return graph.nodes.filter((node) => node.inputs.includes(value));
}

/** The node that makes a value; undefined for a graph's input, a weight or a constant. */
export function producer(graph: Graph, value: string): Node | undefined {
  return graph.nodes.find((node) => node.outputs.includes(value));
}
