// Runs a graph over the samples of a split, in order, batch by batch.
import { evaluationBatches } from '../data/batches';
import type { Split } from '../data/dataset';
import type { Engine } from '../engines/engine';
import { fixed, type Graph, only } from '../model/graph';
import { elementCount, float32, type Tensor } from '../model/tensor';
import type { Values } from '../model/values';

/** Samples a run: enough to keep every core busy, few enough that a VGG16's activations stay under a gigabyte. */
const BATCH = 250;

/**
 * @param each gets the outputs of every batch, the samples done with it, and how many there are.
 * @param limit samples at most.
 */
export async function runOver(
  engine: Engine,
  graph: Graph,
  values: Values,
  split: Split,
  each: (outputs: Readonly<Record<string, Tensor>>, done: number, of: number) => void,
  limit = Number.POSITIVE_INFINITY,
): Promise<void> {
  const program = await engine.compile(graph, values);
  try {
    const input = only(graph.inputs, 'inputs of the model');
    const sample = input.shape.slice(1).map((_, axis) => fixed(input.shape, axis + 1, "the model's input"));
    const count = Math.min(split.count, limit);
    let done = 0;
    for (const indices of evaluationBatches(count, BATCH)) {
      const samples = new Float32Array(indices.length * elementCount(sample));
      await split.read(indices, samples);
      const outputs = await program.run({ [input.name]: float32([indices.length, ...sample], samples) });
      done += indices.length;
      each(outputs, done, count);
    }
  } finally {
    await program.dispose();
  }
}
