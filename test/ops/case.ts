// A case that an operator is tested on: one node and its inputs.
import type { Attribute, Graph, Node } from '../../src/model/graph';
import { type ElementType, int64, scalar, type Tensor } from '../../src/model/tensor';
import { inferShapes, shapeOf } from '../../src/ops/infer';

export interface OperatorCase {
  readonly title: string;
  readonly node: Node;
  /** Fed, by name: what gradients are taken of. */
  readonly values: ReadonlyMap<string, Tensor>;
  readonly constants: ReadonlyMap<string, Tensor>;
  /** Whether axis 0 of the first input may be of any size. */
  readonly anyBatch: boolean;
  /** Why there is no gradient rule for it. */
  readonly noGradient?: string;
  /** Why the gradient by TensorFlow.js is no check of ours: central differences alone are. */
  readonly differsInTensorflow?: string;
  /** Where it is not float32: nothing to differentiate. */
  readonly output?: ElementType;
}

/** Part of the structure: a Reshape's target. */
interface Constant {
  readonly constant: Tensor;
}

/** '' is an optional input left out; the same tensor twice is the same value twice. */
type Input = Tensor | Constant | '';

type Options = Partial<Pick<OperatorCase, 'anyBatch' | 'differsInTensorflow' | 'noGradient' | 'output'>>;

export const OUTPUT = 'y';

export function given(
  type: string,
  title: string,
  inputs: readonly Input[],
  attributes: Readonly<Record<string, Attribute>> = {},
  { anyBatch = true, outputs = [OUTPUT], ...options }: Options & { outputs?: readonly string[] } = {},
): OperatorCase {
  const values = new Map<string, Tensor>();
  const constants = new Map<string, Tensor>();
  const names = inputs.map((input, i): string => {
    if (input === '') return '';
    if ('constant' in input) {
      constants.set(`constant_${i}`, input.constant);
      return `constant_${i}`;
    }
    const known = [...values].find(([, tensor]) => tensor === input)?.[0];
    values.set(known ?? `x${i}`, input);
    return known ?? `x${i}`;
  });
  const node: Node = { name: 'node', type, inputs: names, outputs, attributes, layer: 'layer' };
  return { title: `${type} ${title}`, node, values, constants, anyBatch, ...options };
}

/** The graph of the operator alone, whose inputs are its values. */
export function graphOf({ node, values, constants, output = 'float32' }: OperatorCase): Graph {
  const graph: Graph = {
    inputs: [...values].map(([name, { type, shape }]) => ({ name, type, shape })),
    outputs: [],
    nodes: [node],
    weights: new Map(),
    constants,
  };
  return { ...graph, outputs: [{ name: OUTPUT, type: output, shape: shapeOf(inferShapes(graph), OUTPUT) }] };
}

export const ints = (...values: number[]): Constant => ({ constant: int64(values) });
export const float = (value: number): Constant => ({ constant: scalar(value) });
