// Vectors that several layers read although they are not one layer: exporters store equal ones once (the ones and zeros
// that scales and biases start from). Each layer gets its own, so that one's channels are not tied to the other's.
import type { Graph, Node } from '../../model/graph';
import type { Weight } from '../../model/weight';

/** The graph, and which vector of the file each added one is a copy of. */
export function withOwnVectors(graph: Graph): { graph: Graph; copies: Map<string, string> } {
  const makers = new Map(graph.nodes.flatMap((node) => node.outputs.map((name): [string, Node] => [name, node])));
  const weights = new Map(graph.weights);
  const copies = new Map<string, string>();
  const names = new Map<string, Map<string, string>>();
  const ownName = (vector: Weight, node: Node): string => {
    const owner = matrixOf(graph, makers, node) ?? node.name;
    const known = names.get(vector.name) ?? new Map<string, string>();
    names.set(vector.name, known);
    const name = known.get(owner) ?? (known.size === 0 ? vector.name : freshName(vector.name, known.size, graph));
    known.set(owner, name);
    if (name === vector.name) return name;
    weights.set(name, { ...vector, name });
    copies.set(name, vector.name);
    return name;
  };
  const nodes = graph.nodes.map((node) => {
    const inputs = node.inputs.map((name, i) => {
      const weight = graph.weights.get(name);
      return weight && isVector(weight, node, i) ? ownName(weight, node) : name;
    });
    return inputs.every((name, i) => name === node.inputs[i]) ? node : { ...node, inputs };
  });
  return { graph: { ...graph, nodes, weights }, copies };
}

function isVector({ shape }: Weight, { type }: Node, place: number): boolean {
  if (shape.filter((size) => size !== 1).length > 1) return false;
  return PARAMETERS.has(type) ? place > 0 : type === 'Add' || type === 'Mul';
}

/** Operators whose further inputs are scales, biases and statistics. */
const PARAMETERS: ReadonlySet<string> = new Set([
  'BatchNormalization',
  'Conv',
  'ConvTranspose',
  'Gemm',
  'InstanceNormalization',
  'LayerNormalization',
  'PRelu',
]);

const PRODUCTS: ReadonlySet<string> = new Set(['Conv', 'ConvTranspose', 'Gemm', 'MatMul']);

/** The matrix that makes what the node works on: layers that share it are one layer, used several times. */
function matrixOf(graph: Graph, makers: ReadonlyMap<string, Node>, node: Node): string | undefined {
  const own = PRODUCTS.has(node.type) ? node : node.inputs.map((name) => makers.get(name)).find((maker) => maker);
  const matrix = own && PRODUCTS.has(own.type) ? own.inputs[1] : undefined;
  return matrix !== undefined && graph.weights.has(matrix) ? matrix : undefined;
}

function freshName(name: string, count: number, graph: Graph): string {
  let fresh = `${name}:${count + 1}`;
  while (graph.weights.has(fresh)) fresh += "'";
  return fresh;
}
