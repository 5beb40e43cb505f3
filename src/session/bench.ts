// How fast models run here, in turn: one alone, or one against another.
import type { Split } from '../data/dataset';
import type { Engine } from '../engines/engine';
import { type Latency, measureLatency } from '../evaluation/latency';
import type { Graph } from '../model/graph';
import type { Model } from '../model/model';
import { loadValues, type Values } from '../model/values';
import type { DataChoice } from '../protocol/recipe-file';
import { openFittedData } from './data';

export interface BenchOptions {
  readonly rounds: number;
  /** Samples at a time, for the throughput. */
  readonly batch: number;
  /** Whose test samples are fed; else random numbers. */
  readonly data?: DataChoice;
  readonly seed: number;
  onRound?(done: number, of: number): void;
  stopped?(): boolean;
}

/** Throws UserError where a model can't be fed without data, or the data does not fit. */
export async function benchModels(
  engine: Engine,
  models: readonly Model[],
  { data, seed, ...options }: BenchOptions,
): Promise<Latency[]> {
  const loaded: { graph: Graph; values: Values }[] = [];
  const samples: Split[] = [];
  for (const model of models) {
    const { graph } = model;
    loaded.push({ graph, values: await loadValues(graph) });
    if (data !== undefined) samples.push((await openFittedData(data, seed, model)).test);
  }
  return measureLatency(engine, loaded, { ...options, ...(data !== undefined && { samples }) });
}
