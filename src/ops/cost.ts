// What a model costs: parameters, multiply-accumulates, bytes; in all and layer by layer.

import type { Shape } from '../model/graph';
import { type Model, outputShape } from '../model/model';
import { byteCount, parameterCount } from '../model/weight';
import { OPERATORS } from './index';
import { inferShapes } from './infer';

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

/** A weight that a format has no place for (a constant scale) counts for nothing. */
export function costOf(model: Model): Cost & { layers: LayerCost[] } {
  const shapes = inferShapes(model.graph);
  const layers = model.layers.map((layer): LayerCost => {
    const weights = layer.weights.flatMap((name) => model.graph.weights.get(name) ?? []);
    let macs = 0;
    for (const node of model.graph.nodes) {
      if (node.layer !== layer.name) continue;
      const inputs = node.inputs.map((value) => shapes.get(value) ?? []);
      const outputs = node.outputs.map((value) => shapes.get(value) ?? []);
      macs += OPERATORS.get(node.type)?.macs?.(node, inputs, outputs) ?? 0;
    }
    return {
      name: layer.name,
      type: layer.type,
      outputShape: outputShape(layer, shapes).slice(1),
      parameters: weights.reduce((sum, weight) => sum + parameterCount(weight), 0),
      macs,
      bytes: weights.reduce((sum, weight) => sum + byteCount(weight), 0),
    };
  });
  const total = (pick: (layer: LayerCost) => number): number => layers.reduce((sum, layer) => sum + pick(layer), 0);
  return { parameters: total((l) => l.parameters), macs: total((l) => l.macs), bytes: total((l) => l.bytes), layers };
}
