// What a model costs: parameters, multiply-accumulates, bytes; in all and layer by layer.

import type { Graph, Node, Shape } from '../model/graph';
import { type Model, outputShape } from '../model/model';
import { BYTES_PER_ELEMENT } from '../model/tensor';
import { byteCount, parameterCount } from '../model/weight';
import { operatorFor } from './index';
import { inferShapes, shapeOf } from './infer';

export interface Cost {
  readonly parameters: number;
  /** Multiply-accumulates for one sample. */
  readonly macs: number;
  /** Of the weights as stored. */
  readonly bytes: number;
}

export interface LayerCost extends Cost {
  readonly name: string;
  readonly type: string;
  /** Without the batch, as the format shows it. */
  readonly outputShape: Shape;
}

export interface ModelCost extends Cost {
  readonly layers: readonly LayerCost[];
  /** Sizes that only a run tells, and what they were taken to be for counting multiply-accumulates. */
  readonly assumed: ReadonlyMap<string, number>;
}

/** Shapes to count by: sizes that only a run tells are assumed. */
export interface Sizes {
  readonly shapes: ReadonlyMap<string, Shape>;
  readonly assumed: ReadonlyMap<string, number>;
}

/** A weight that a format has no place for (a constant scale) counts for nothing. */
export function costOf(model: Model): ModelCost {
  const shapes = inferShapes(model.graph);
  return costWith(model, shapes, assumeSizes(model.graph, shapes));
}

/**
 * The cost of a model whose values and weights have the shapes given.
 * @param sizes the same shapes with their unknown sizes assumed.
 */
export function costWith(model: Model, shapes: ReadonlyMap<string, Shape>, sizes: Sizes): ModelCost {
  const macs = new Map<string, number>();
  for (const node of model.graph.nodes) {
    macs.set(node.layer, (macs.get(node.layer) ?? 0) + macsOf(node, sizes.shapes));
  }
  const layers = model.layers.map((layer): LayerCost => {
    let [parameters, bytes] = [0, 0];
    for (const name of layer.weights) {
      const weight = model.graph.weights.get(name);
      if (weight === undefined) continue;
      const count = shapeOf(shapes, name).reduce<number>((product, size) => product * Number(size), 1);
      parameters += count;
      bytes += count === parameterCount(weight) ? byteCount(weight) : count * BYTES_PER_ELEMENT[weight.storage.type];
    }
    const [, ...shown] = outputShape(layer, shapes);
    return {
      name: layer.name,
      type: layer.type,
      outputShape: shown,
      parameters,
      macs: macs.get(layer.name) ?? 0,
      bytes,
    };
  });
  const total = (pick: (layer: LayerCost) => number): number => layers.reduce((sum, layer) => sum + pick(layer), 0);
  return {
    parameters: total((l) => l.parameters),
    macs: total((l) => l.macs),
    bytes: total((l) => l.bytes),
    layers,
    assumed: sizes.assumed,
  };
}

function macsOf(node: Node, shapes: ReadonlyMap<string, Shape>): number {
  const known = (value: string): Shape => shapes.get(value) ?? [];
  return operatorFor(node)?.macs?.(node, node.inputs.map(known), node.outputs.map(known)) ?? 0;
}

/** Layers that may take more multiply-accumulates than are counted: of an operator or of shapes that nobody knows. */
export function uncountedLayers(graph: Graph): string[] {
  const { shapes } = assumeSizes(graph, inferShapes(graph));
  const counts = (node: Node): boolean => {
    const operator = operatorFor(node);
    if (operator?.macs === undefined) return operator !== undefined;
    return [...node.inputs, ...node.outputs].every((value) => value === '' || shapes.has(value));
  };
  return [...new Set(graph.nodes.filter((node) => !counts(node)).map(({ layer }) => layer))];
}

/** Height and width where a model takes images of any size. */
const USUAL_IMAGE = 224;

/**
 * Every size of the inputs but the batch that only a run tells is assumed: images are of a usual size, the rest is 1.
 * @param shapes of the graph as it is.
 */
export function assumeSizes(graph: Graph, shapes: ReadonlyMap<string, Shape>): Sizes {
  const assumed = new Map<string, number>();
  for (const { shape } of graph.inputs) {
    shape.forEach((size, axis) => {
      if (axis > 0 && typeof size === 'string') assumed.set(size, shape.length === 4 ? USUAL_IMAGE : 1);
    });
  }
  if (assumed.size === 0) return { shapes, assumed };
  const inputs = graph.inputs.map((value) => ({
    ...value,
    shape: value.shape.map((size) => (typeof size === 'string' ? (assumed.get(size) ?? size) : size)),
  }));
  try {
    return { shapes: inferShapes({ ...graph, inputs }), assumed };
  } catch {
    // The assumption is ours, not the file's: that it does not fit is nobody's error.
    return { shapes, assumed: new Map([...assumed.keys()].map((name) => [name, 1])) };
  }
}
