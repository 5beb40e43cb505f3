// What is known of every value of a graph before it runs: its shape, and the integers that are computed from shapes.
import { UserError } from '../errors';
import { type Graph, type Node, type Shape, whereKnown } from '../model/graph';
import { elementCount, integers } from '../model/tensor';
import { operatorFor } from './index';
import { ofNode } from './node-error';
import { type Known, MAX_SIZES, type Operator, type Size } from './operator';

export interface Inferred {
  /** By name: the graph's inputs, weights, constants and what its nodes make; a shape nobody can tell is left out. */
  readonly shapes: Map<string, Shape>;
  sizes(name: string): readonly Size[] | undefined;
}

/** Throws where shapes do not fit. */
export function inferShapes(graph: Graph): Map<string, Shape> {
  return infer(graph).shapes;
}

export function infer(graph: Graph): Inferred {
  const inference = new Inference((name) => graph.constants.get(name), graph.declared);
  for (const { name, shape } of graph.inputs) inference.shapes.set(name, shape);
  for (const [name, { shape }] of graph.weights) inference.shapes.set(name, shape);
  for (const [name, { shape }] of graph.constants) inference.shapes.set(name, shape);
  const made = new Set([...inference.shapes.keys(), ...graph.nodes.flatMap(({ outputs }) => outputs)]);
  for (const node of graph.nodes) {
    const missing = node.inputs.find((name) => name !== '' && !made.has(name));
    if (missing !== undefined)
      throw new UserError(
        `${node.type} "${node.name}" reads "${missing}", which nothing makes. Export the model again.`,
      );
    inference.add(node);
  }
  return inference;
}

/** Infers node by node. */
export class Inference implements Inferred, Known {
  readonly shapes = new Map<string, Shape>();
  readonly #sizes = new Map<string, readonly Size[]>();

  constructor(
    readonly constant: Known['constant'],
    private readonly declared: Graph['declared'] = new Map(),
  ) {}

  readonly sizes = (name: string): readonly Size[] | undefined => {
    const tensor = this.constant(name);
    if (tensor === undefined) return this.#sizes.get(name);
    if (tensor.type !== 'int64' && tensor.type !== 'int32' && tensor.type !== 'bool') return undefined;
    if (tensor.shape.length > 1 || elementCount(tensor.shape) > MAX_SIZES) return undefined;
    return integers(tensor).map((value) => ({ value, from: [] }));
  };

  add(node: Node): void {
    const operator = operatorFor(node);
    this.#expect(node, operator);
    const inputs = node.inputs.map((name) => (name === '' ? [] : this.shapes.get(name)));
    const known = inputs.every((shape) => shape !== undefined);
    const told = (operator && known && whereKnown(() => operator.shapes(node, inputs, this))) || [];
    node.outputs.forEach((name, i) => {
      const shape = told[i] ?? this.declared?.get(name);
      if (name === '' || shape === undefined) return;
      ofNode(node, () => checkShape(node, shape));
      this.shapes.set(name, shape);
    });
    const sizes = known ? operator?.sizes?.(node, inputs, this) : undefined;
    const [first] = node.outputs;
    if (sizes === undefined || sizes.length > MAX_SIZES || !first) return;
    const shape = this.shapes.get(first) ?? [];
    // Where operands of two axes stretch each other there are more than were counted.
    if (shape.some((size) => typeof size !== 'number') || elementCount(shape.map(Number)) === sizes.length) {
      this.#sizes.set(first, sizes);
    }
  }

  /** What an operator reads that nobody knows has the shape that its weights ask for. */
  #expect(node: Node, operator: Operator | undefined): void {
    const [first = ''] = node.inputs;
    if (operator?.expects === undefined || first === '' || this.shapes.has(first)) return;
    const inputs = node.inputs.map((name) => this.shapes.get(name));
    const shape = operator.expects(node, inputs);
    if (shape !== undefined) this.shapes.set(first, shape);
  }
}

/** More axes than any operator has a meaning for. */
const MAX_AXES = 64;

/** Amounts, scales and strides come from a file: what is worked out of them need not be a size. */
function checkShape({ type, name }: Node, shape: Shape): void {
  if (shape.length > MAX_AXES) throw new Error(`${type} "${name}" makes a tensor of ${shape.length} axes`);
  const wrong = shape.find((size) => typeof size === 'number' && !(Number.isSafeInteger(size) && size >= 0));
  if (wrong !== undefined) throw new Error(`${type} "${name}" makes a tensor with an axis of ${wrong} elements`);
}

/** Looks a shape up; throws where there is none. */
export function shapeOf(shapes: ReadonlyMap<string, Shape>, value: string): Shape {
  const shape = shapes.get(value);
  if (shape === undefined) throw new Error(`no value "${value}"`);
  return shape;
}
