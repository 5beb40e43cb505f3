// How an operator of an older or newer operator set is brought to the form that it has in opset 18.
import type { Node, Shape } from '../../../model/graph';
import { type ElementType, int64, type Tensor } from '../../../model/tensor';

/** What a rule may ask and add. */
export interface Scope {
  /** Version of ONNX' own operators that the file is of. */
  readonly opset: number;
  shape(value: string): Shape | undefined;
  constant(name: string): Tensor | undefined;
  /** Of what elements an input, a weight or a constant is; undefined for what a node makes. */
  type(value: string): ElementType | undefined;
  /** The node that makes a value; undefined for inputs, weights and constants. */
  maker(value: string): Node | undefined;
  /** Whether a weight or constant is known to hold one number everywhere. */
  isFilled(name: string, number: number): boolean;
  /** Whether a node or the graph's outputs read the value. */
  isRead(value: string): boolean;
  /** A constant in place of an attribute: once a cut changes it, the attribute changes in the file. */
  moved(attribute: string, tensor: Tensor): string;
  /** An attribute that is the size of an axis of a value of the form: it changes in the file with that. */
  follows(attribute: string, value: string, axis: number): void;
  /** An attribute that the file leaves to be worked out from widths: it is written down once a cut changes those. */
  keeps(attribute: string, value: number): void;
  /** A constant that the file has nowhere. */
  added(tensor: Tensor): string;
  /** A name for a value between two nodes of the form. */
  value(): string;
  /**
   * Says that the node keeps its own form, since the one asked for has no counterpart; what it touches is frozen.
   * @param shapes of its outputs, those that are known all the same.
   */
  opaque(reason: string, ...shapes: readonly (Shape | undefined)[]): Node[];
}

/** The nodes that do what the file's does, the last of which makes its outputs. */
export type Rule = (node: Node, scope: Scope) => Node[];

/** Attributes without those named. */
export function without(node: Node, ...names: readonly string[]): Node['attributes'] {
  return Object.fromEntries(Object.entries(node.attributes).filter(([name]) => !names.includes(name)));
}

/** The node with an input at that place; places left out before it are empty. */
export function withInput(node: Node, index: number, name: string): Node {
  const inputs = [...node.inputs];
  while (inputs.length < index) inputs.push('');
  inputs[index] = name;
  return { ...node, inputs };
}

/** A list attribute as the input it has become. */
export function listToInput(node: Node, scope: Scope, attribute: string, index: number): Node {
  const value = node.attributes[attribute];
  if (!Array.isArray(value) || node.inputs[index]) return node;
  const moved = scope.moved(attribute, int64(value as readonly number[]));
  return { ...withInput(node, index, moved), attributes: without(node, attribute) };
}

/** A node of a form with several. */
export function part(
  node: Node,
  type: string,
  inputs: readonly string[],
  output: string,
  attributes: Node['attributes'] = {},
): Node {
  return { name: '', type, inputs, outputs: [output], attributes, layer: node.layer };
}

export function attributeNumber(node: Node, name: string, fallback: number): number {
  const value = node.attributes[name];
  return typeof value === 'number' ? value : fallback;
}
