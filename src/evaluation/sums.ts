// Runs a graph over a split and adds up what it returns: only sums leave the engine, never activations.
import type { Split } from '../data/dataset';
import { type Engine, outputOf } from '../engines/engine';
import { fixedBatch, type Graph } from '../model/graph';
import { needed } from '../model/needed';
import type { Values } from '../model/values';
import type { NodeEmitter } from '../ops/emitter';
import { runOver } from './run-over';

export interface SumOptions {
  /** Samples at most. */
  readonly limit?: number;
  onProgress?(done: number, of: number): void;
}

/**
 * @param emitter what was emitted on top of the graph.
 * @param outputs values it made: of one size at every batch.
 * @returns for each output its sum over the batches.
 */
export async function sumOver(
  engine: Engine,
  graph: Graph,
  values: Values,
  split: Split,
  emitter: NodeEmitter,
  outputs: readonly string[],
  { limit, onProgress }: SumOptions = {},
): Promise<Float64Array[]> {
  const declared = outputs.map((name, i) => ({ name, type: 'float32' as const, shape: [`sums_${i}`] }));
  const totals: Float64Array[] = [];
  // A model made for one size of batch has rows that no sample fills in its last one: what is in them must not count.
  const size = fixedBatch(graph) ?? 1;
  const most = Math.min(split.count, limit ?? split.count);
  const whole = most < size ? most : most - (most % size);
  await runOver(
    engine,
    needed(emitter.extend(graph, declared)),
    values,
    split,
    (results, done, of) => {
      outputs.forEach((name, i) => {
        const { data } = outputOf(results, name);
        const total = totals[i] ?? new Float64Array(data.length);
        for (let j = 0; j < total.length; j++) total[j] = (total[j] as number) + Number(data[j]);
        totals[i] = total;
      });
      onProgress?.(done, of);
    },
    { limit: whole },
  );
  return totals;
}
