// The layers that a person sees in an ONNX graph: a node each, with what only serves it taken in.
import type { Graph, Node } from '../../model/graph';
import type { Layer } from '../../model/model';
import { infer } from '../../ops/infer';

/** The graph with every node in its layer, and the layers in order. */
export function withLayers(graph: Graph): { graph: Graph; layers: Layer[] } {
  const owner = owners(graph);
  const ownerOf = (node: Node): string => owner.get(node.layer) ?? node.layer;
  const nodes = graph.nodes.map((node) => ({ ...node, layer: ownerOf(node) }));
  const layers = new Map<
    string,
    { type: string; inputs: Set<string>; made: Set<string>; weights: string[]; output: string }
  >();
  const counted = new Set<string>();
  for (const [i, node] of nodes.entries()) {
    let layer = layers.get(node.layer);
    if (layer === undefined) {
      layer = { type: '', inputs: new Set(), made: new Set(), weights: [], output: '' };
      layers.set(node.layer, layer);
    }
    for (const name of [...node.inputs, ...(node.captures ?? [])]) {
      if (graph.weights.has(name)) {
        // A weight that several layers use is counted once.
        if (!counted.has(name)) layer.weights.push(name);
        counted.add(name);
      } else if (name !== '' && !graph.constants.has(name) && !layer.made.has(name)) layer.inputs.add(name);
    }
    for (const name of node.outputs) layer.made.add(name);
    // A node's own layer is named after it; parts of its form and biases are not what a person calls it by.
    if (graph.nodes[i]?.layer === node.layer && graph.nodes[i]?.name === node.layer) layer.type = typeOf(node);
    if (graph.nodes[i]?.layer === node.layer || layer.output === '' || isBias(graph, node)) {
      layer.output = node.outputs[0] ?? '';
    }
  }
  return {
    graph: { ...graph, nodes },
    layers: [...layers].map(([name, { type, inputs, weights, output }]): Layer => {
      return { name, type, inputs: [...inputs], output, channelsFirst: false, weights };
    }),
  };
}

function typeOf({ type, domain }: Node): string {
  return domain === undefined || domain === 'ai.onnx' ? type : `${domain}.${type}`;
}

const PRODUCTS: ReadonlySet<string> = new Set(['MatMul', 'Conv', 'ConvTranspose', 'Gemm']);

/** An Add of one weight of at most one axis longer than 1. */
function isBias(graph: Graph, node: Node): boolean {
  if (node.type !== 'Add') return false;
  return node.inputs.some((name) => {
    const shape = graph.weights.get(name)?.shape;
    return shape !== undefined && shape.filter((size) => size !== 1).length <= 1;
  });
}

/** The layer that a node's own one is part of: of what it computes sizes for, or, for a bias, of the product before it. */
function owners(graph: Graph): Map<string, string> {
  const { sizes } = infer(graph);
  const readers = new Map<string, Node[]>();
  const makers = new Map<string, Node>();
  for (const node of graph.nodes) {
    for (const name of [...node.inputs, ...(node.captures ?? [])]) {
      const list = readers.get(name);
      if (list) list.push(node);
      else readers.set(name, [node]);
    }
    for (const name of node.outputs) makers.set(name, node);
  }
  const outputs = new Set(graph.outputs.map(({ name }) => name));
  const result = new Map<string, string>();
  const ownerOf = (layer: string): string => result.get(layer) ?? layer;
  for (const node of graph.nodes) {
    if (!isBias(graph, node)) continue;
    const product = node.inputs.map((name) => makers.get(name)).find((maker) => maker && PRODUCTS.has(maker.type));
    const value = product?.outputs[0] ?? '';
    if (product && readers.get(value)?.length === 1 && !outputs.has(value))
      result.set(node.layer, ownerOf(product.layer));
  }
  for (const node of graph.nodes.toReversed()) {
    const value = node.outputs[0] ?? '';
    const [reader] = readers.get(value) ?? [];
    const describes = sizes(value) !== undefined || (node.type === 'Shape' && node.outputs.length === 1);
    if (describes && reader !== undefined && !outputs.has(value)) result.set(node.layer, ownerOf(reader.layer));
  }
  return result;
}
