// A model's operators, in the terms of the ONNX specification (https://onnx.ai/onnx/operators), opset 18.
import type { ElementType, Tensor } from './tensor';
import type { Weight } from './weight';

/** A size known now, or the name of one known when the model runs (the batch). */
export type Dimension = number | string;
export type Shape = readonly Dimension[];

export type Attribute = number | string | readonly number[] | readonly string[] | Tensor | Encoded;

/** An attribute of another kind (the subgraphs of an If) as its file holds it: an AttributeProto. */
export interface Encoded {
  readonly encoded: Uint8Array;
}

/** One operator. An input is the name of a value, a weight or a constant; '' stands for an optional one left out. */
export interface Node {
  readonly name: string;
  readonly type: string;
  /** Whose operator it is; absent for ONNX' own. */
  readonly domain?: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, Attribute>>;
  /** Values that graphs inside it read (the branches of an If). */
  readonly captures?: readonly string[];
  /** Name of the layer it belongs to. */
  readonly layer: string;
}

/** What flows in or out of a graph. */
export interface Value {
  readonly name: string;
  readonly type: ElementType;
  /** [] for an output of which nobody can tell it: an opaque layer made it. */
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
  /** Shapes that the model's file states: they count where no operator of ours can tell. */
  readonly declared?: ReadonlyMap<string, Shape>;
  /** Versions of the operator sets beside ONNX' own that nodes are of, by domain. */
  readonly domains?: ReadonlyMap<string, number>;
  /** Whether the file can state as a number what it works out from a size: layers of other formats can't. */
  readonly statesSizes?: boolean;
}

export const BATCH = 'batch';

/** What has to be known beforehand (a size, axes) is known only when the model runs. */
export class UnknownYet extends Error {
  override readonly name = 'UnknownYet';
}

/** The dimension at an axis, as a number; `what` names it in the error where it is only known when the model runs. */
export function fixed(shape: Shape, axis: number, what = 'value'): number {
  const size = shape.at(axis);
  if (size === undefined) throw new Error(`${what}: [${shape.join(', ')}] has no axis ${axis}`);
  if (typeof size !== 'number')
    throw new UnknownYet(`${what}: axis ${axis} of [${shape.join(', ')}] has no fixed size`);
  return size;
}

/** What is asked of what is known; undefined where that is known only when the model runs. */
export function whereKnown<T>(ask: () => T): T | undefined {
  try {
    return ask();
  } catch (error) {
    if (error instanceof UnknownYet) return undefined;
    throw error;
  }
}

/** The nodes of each layer, in the graph's order. */
export function nodesByLayer(graph: Graph): Map<string, Node[]> {
  const result = new Map<string, Node[]>();
  for (const node of graph.nodes) {
    const own = result.get(node.layer);
    if (own) own.push(node);
    else result.set(node.layer, [node]);
  }
  return result;
}

/** The nodes that read a value. */
export function consumers(graph: Graph, value: string): Node[] {
  return graph.nodes.filter((node) => node.inputs.includes(value));
}

/** The node that makes a value; undefined for a graph's input, a weight or a constant. */
export function producer(graph: Graph, value: string): Node | undefined {
  return graph.nodes.find((node) => node.outputs.includes(value));
}

/** The size of batch that a graph was made for; undefined where it takes any. */
export function fixedBatch({ inputs }: Graph): number | undefined {
  const size = inputs[0]?.shape[0];
  return typeof size === 'number' ? size : undefined;
}
