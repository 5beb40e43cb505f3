// The values of a model's weights in memory, and a model with other values.
import type { Graph } from './graph';
import { float32, type Tensor, typedArray } from './tensor';
import { float32Weight, valuePieces, type Weight, weightValues } from './weight';

export type Values = ReadonlyMap<string, Tensor>;

/** Every weight of a graph as float32, but for integers that the graph itself takes out of their quantisation. */
export async function loadValues(graph: Graph): Promise<Map<string, Tensor>> {
  const values = new Map<string, Tensor>();
  for (const [name, weight] of graph.weights) {
    const { type } = weight.storage;
    values.set(
      name,
      isWhole(weight)
        ? { type, shape: weight.shape, data: typedArray(type, await weight.bytes()) }
        : float32(weight.shape, await weightValues(weight)),
    );
  }
  return values;
}

function isWhole({ trainable, storage: { type, quantization } }: Weight): boolean {
  return !trainable && quantization === undefined && type.includes('int');
}

/** The graph with new values; a weight whose values did not change keeps the bytes it is stored as. */
export function withValues(graph: Graph, values: Values, before?: Values): Graph {
  const weights = new Map<string, Weight>();
  for (const [name, weight] of graph.weights) {
    const tensor = values.get(name);
    const changed = tensor !== undefined && tensor !== before?.get(name);
    weights.set(
      name,
      changed ? float32Weight(name, weight.shape, tensor.data as Float32Array, weight.trainable) : weight,
    );
  }
  return { ...graph, weights };
}

/** One sentence for every weight that holds a NaN or an infinity. */
export async function nonFiniteWeights(graph: Graph): Promise<string[]> {
  const warnings: string[] = [];
  for (const [name, weight] of graph.weights) {
    const bad = await firstNonFinite(weight);
    if (bad)
      warnings.push(
        `weight "${name}" holds ${bad.value} at element ${bad.place}: the model's results cannot be trusted`,
      );
  }
  return warnings;
}

async function firstNonFinite(weight: Weight): Promise<{ value: number; place: number } | undefined> {
  let before = 0;
  for await (const values of valuePieces(weight)) {
    for (let i = 0; i < values.length; i++) {
      const value = values[i] as number;
      if (!Number.isFinite(value)) return { value, place: before + i };
    }
    before += values.length;
  }
  return undefined;
}
