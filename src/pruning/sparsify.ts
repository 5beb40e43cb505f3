// Weight pruning after neuron pruning: the smallest weights of every layer become zero and stay so while retraining.
import type { Graph } from '../model/graph';
import { float32, type Tensor } from '../model/tensor';
import type { Values } from '../model/values';
import { valuePieces } from '../model/weight';
import { inferShapes } from '../ops/infer';
import { contracted } from './channels';
import { storedWeight } from './layer-channels';

/** Kernels alone are made sparse: biases, slopes and normalisation are few, and each matters. */
export function sparseWeights(graph: Graph): string[] {
  const shapes = inferShapes(graph);
  const kernels = new Set(
    graph.nodes.flatMap((node) =>
      contracted(node, shapes).flatMap(({ weight }) => storedWeight(graph, weight.value) ?? []),
    ),
  );
  return [...graph.weights.values()]
    .filter(({ name, trainable }) => trainable && kernels.has(name))
    .map(({ name }) => name);
}

/**
 * Sets every weight below a threshold to zero: per layer, quality × the standard deviation of its weights that are not
 * zero yet (Han et al.: Learning both Weights and Connections, NIPS 2015). The quality is the one at which the share of
 * the model's parameters that `keep` names is left.
 * @param keep share of all parameters left non-zero, from 0 to 1.
 */
export function sparsify(graph: Graph, values: Values, keep: number): { values: Map<string, Tensor>; quality: number } {
  const names = sparseWeights(graph);
  // |w| / deviation of its layer: what falls below the quality goes.
  const ratios = new Map(names.map((name) => [name, relativeSizes(values.get(name) as Tensor)]));
  const total = [...graph.weights.keys()].reduce((sum, name) => sum + (values.get(name)?.data.length ?? 0), 0);
  const dense = total - names.reduce((sum, name) => sum + (ratios.get(name)?.length ?? 0), 0);
  const sorted = concatenated([...ratios.values()]).sort();
  const left = Math.max(0, Math.min(sorted.length, Math.round(total * keep) - dense));
  const quality = left === 0 ? Number.POSITIVE_INFINITY : (sorted[sorted.length - left] as number);
  const result = new Map(values);
  for (const [name, sizes] of ratios) {
    const { shape, data } = values.get(name) as Tensor;
    const kept = Float32Array.from(data as Float32Array, (value, i) => ((sizes[i] as number) < quality ? 0 : value));
    result.set(name, float32(shape, kept));
  }
  return { values: result, quality };
}

/** Number of parameters that are not zero. */
export async function nonZeroCount({ weights }: Graph): Promise<number> {
  let count = 0;
  for (const weight of weights.values()) {
    for await (const values of valuePieces(weight)) {
      for (let i = 0; i < values.length; i++) if (values[i] !== 0) count++;
    }
  }
  return count;
}

function relativeSizes({ data }: Tensor): Float64Array {
  let [count, sum, squares] = [0, 0, 0];
  for (const element of data) {
    const value = Number(element);
    if (value === 0) continue;
    count++;
    sum += value;
    squares += value * value;
  }
  // A kernel without a weight left, or without spread, must not divide by nothing.
  const [mean, square] = count === 0 ? [0, 0] : [sum / count, squares / count];
  const deviation = Math.sqrt(Math.max(square - mean ** 2, Number.MIN_VALUE));
  return Float64Array.from(data as Float32Array, (value) => Math.abs(value) / deviation);
}

function concatenated(parts: readonly Float64Array[]): Float64Array {
  const result = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0));
  let position = 0;
  for (const part of parts) {
    result.set(part, position);
    position += part.length;
  }
  return result;
}
