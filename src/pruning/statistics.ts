// What the activations of a layer say about grouping its neurons: second moments, and how each neuron goes with the
// maximum of its unit. Taken over some thousand samples, inside the graph.
import type { Split } from '../data/dataset';
import type { Engine } from '../engines/engine';
import { type SumOptions, sumOver } from '../evaluation/sums';
import type { Graph, Shape } from '../model/graph';
import { elementCount } from '../model/tensor';
import { loadValues } from '../model/values';
import { NodeEmitter } from '../ops/emitter';

/** A value [batch, channels, ...positions] of a graph. */
export interface Observed {
  readonly value: string;
  readonly channels: number;
  readonly shape: Shape;
}

const SAMPLES: SumOptions = { limit: 5_000 };

/** E[a_i a_j] of the channels of a value, over samples and positions: [channels × channels]. */
export async function secondMoments(
  engine: Engine,
  graph: Graph,
  split: Split,
  place: Observed,
): Promise<Float64Array> {
  const emitter = new NodeEmitter('statistics');
  const rows = emitter.op('Reshape', [
    place.shape.length === 4 ? emitter.op('Transpose', [place.value], { perm: [0, 2, 3, 1] }) : place.value,
    emitter.ints([-1, place.channels]),
  ]);
  const product = emitter.op('Gemm', [rows, rows], { transA: 1 });
  const [sums = new Float64Array()] = await sumOver(
    engine,
    graph,
    await loadValues(graph),
    split,
    emitter,
    [product],
    SAMPLES,
  );
  return sums;
}

export interface UnitStatistics {
  /** Of each neuron: E[a], E[a m]. */
  readonly mean: Float64Array;
  readonly withMaximum: Float64Array;
  /** Of each unit: E[m], E[m²]. */
  readonly maximum: Float64Array;
  readonly maximumSquare: Float64Array;
}

export async function unitStatistics(
  engine: Engine,
  graph: Graph,
  split: Split,
  place: Observed,
  k: number,
): Promise<UnitStatistics> {
  const emitter = new NodeEmitter('statistics');
  const positions = place.shape.slice(2).map(Number);
  const grouped = emitter.op('Reshape', [place.value, emitter.ints([0, place.channels / k, k, ...positions])]);
  const maximum = emitter.op('ReduceMax', [grouped, emitter.ints([2])], { keepdims: 1 });
  const axes = emitter.ints([0, ...positions.map((_, i) => i + 3)]);
  const sum = (value: string): string => {
    const total = emitter.op('ReduceSum', [value, axes], { keepdims: 0 });
    return emitter.op('Reshape', [total, emitter.ints([-1])]);
  };
  const outputs = [
    sum(grouped),
    sum(emitter.op('Mul', [grouped, maximum])),
    sum(maximum),
    sum(emitter.op('Mul', [maximum, maximum])),
  ];
  const sums = await sumOver(engine, graph, await loadValues(graph), split, emitter, outputs, SAMPLES);
  const count = Math.min(split.count, SAMPLES.limit ?? split.count) * elementCount(positions);
  const [mean, withMaximum, maxima, squares] = sums.map((total) => total.map((value) => value / count));
  const none = new Float64Array();
  return {
    mean: mean ?? none,
    withMaximum: withMaximum ?? none,
    maximum: maxima ?? none,
    maximumSquare: squares ?? none,
  };
}
