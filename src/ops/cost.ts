// What a model costs: parameters, multiply-accumulates, bytes; in all and layer by layer.

import type { Node, Shape } from '../model/graph';
import { type Model, outputShape } from '../model/model';
import { byteCount, parameterCount } from '../model/weight';
import { OPERATORS } from './index';
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
}

/** A weight that a format has no place for (a constant scale) counts for nothing. */
export function costOf(model: Model): ModelCost {
  return costWith(model, inferShapes(model.graph), (node) => node);
}

/**
 * The cost of a model whose values and weights have the shapes given.
 * @param nodeOf the node as it reads with them: one that names its widths in its attributes or constants.
 */
export function costWith(model: Model, shapes: ReadonlyMap<string, Shape>, nodeOf: (node: Node) => Node): ModelCost {
  const macs = new Map<string, number>();
  for (const node of model.graph.nodes) {
    const operator = OPERATORS.get(node.type);
    if (operator?.macs === undefined) continue;
    const inputs = node.inputs.map((value) => shapes.get(value) ?? []);
    const outputs = node.outputs.map((value) => shapes.get(value) ?? []);
    macs.set(node.layer, (macs.get(node.layer) ?? 0) + operator.macs(nodeOf(node), inputs, outputs));
  }
  const layers = model.layers.map((layer): LayerCost => {
    let [parameters, bytes] = [0, 0];
    for (const name of layer.weights) {
      const weight = model.graph.weights.get(name);
      if (weight === undefined) continue;
      const resized = { ...weight, shape: shapeOf(shapes, name).map(Number) };
      parameters += parameterCount(resized);
      bytes += byteCount(resized);
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
  return { parameters: total((l) => l.parameters), macs: total((l) => l.macs), bytes: total((l) => l.bytes), layers };
}
