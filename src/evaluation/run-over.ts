// Runs a graph over the samples of a split, in order, batch by batch.
import { evaluationBatches } from '../data/batches';
import type { Split } from '../data/dataset';
import { SampleFeed, type TargetFeed } from '../data/feed';
import type { Engine } from '../engines/engine';
import { fixedBatch, type Graph } from '../model/graph';
import type { Tensor } from '../model/tensor';
import type { Values } from '../model/values';
import { largestValue } from '../ops/sample-size';

/** Samples a run: enough to keep every core busy. */
const BATCH = 250;
/** Elements of one value of a run: half a gigabyte. */
const MOST_ELEMENTS = 2 ** 27;

export interface RunOptions {
  /** Samples at most. */
  readonly limit?: number;
  /** What is fed besides the samples, by the name of the input. */
  readonly extra?: readonly { readonly name: string; feed(batch: number): TargetFeed }[];
}

/**
 * A model made for one size of batch gets it; rows that no sample fills are there, and are to be ignored.
 * @param each gets the outputs of every batch, the samples done with it, how many there are, and how many the batch has.
 */
export async function runOver(
  engine: Engine,
  graph: Graph,
  values: Values,
  split: Split,
  each: (outputs: Readonly<Record<string, Tensor>>, done: number, of: number, batch: number) => void,
  { limit = Number.POSITIVE_INFINITY, extra = [] }: RunOptions = {},
): Promise<void> {
  const most = Math.max(1, Math.min(BATCH, Math.floor(MOST_ELEMENTS / largestValue(graph))));
  const program = await engine.compile(graph, values);
  const inputs = graph.inputs.filter(({ name }) => !extra.some((own) => own.name === name));
  const size = fixedBatch(graph);
  const count = Math.min(split.count, limit);
  const feeds = (batch: number) => ({
    samples: new SampleFeed(inputs, split, batch),
    others: extra.map(({ name, feed }) => ({ name, feed: feed(batch) })),
  });
  try {
    let current = feeds(size ?? Math.min(most, count));
    let done = 0;
    for (const indices of evaluationBatches(count, size ?? most)) {
      if (size === undefined && indices.length < most && done > 0) current = feeds(indices.length);
      await current.samples.load(indices);
      for (const { feed } of current.others) await feed.load(indices);
      const fed = Object.fromEntries(current.others.map(({ name, feed }) => [name, feed.tensor]));
      const outputs = await program.run({ ...current.samples.tensors, ...fed });
      done += indices.length;
      each(outputs, done, count, indices.length);
    }
  } finally {
    await program.dispose();
  }
}
