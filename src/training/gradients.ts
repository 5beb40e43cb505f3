// Adds up, over a split, what is made of the gradients of every sample's loss: only sums leave the engine.
import { evaluationBatches } from '../data/batches';
import type { Split } from '../data/dataset';
import { SampleFeed } from '../data/feed';
import { type Engine, outputOf } from '../engines/engine';
import type { Graph } from '../model/graph';
import { float32 } from '../model/tensor';
import type { Values } from '../model/values';
import { NoGradientRule } from '../ops/operator';
import { type GradientGraph, type GradientOptions, type Gradients, gradientGraph } from './gradient-graph';
import { targetFeed } from './objective';

export interface GradientSumOptions extends GradientOptions {
  /** Fixes the targets that are drawn. */
  readonly seed: number;
  onProgress?(done: number, of: number): void;
}

/** @param wanted and `emit` as in `gradientGraph`. */
export async function sumOfGradients(
  engine: Engine,
  model: Graph,
  values: Values,
  split: Split,
  wanted: readonly string[],
  emit: (gradients: Gradients) => readonly string[],
  options: GradientSumOptions,
): Promise<Float64Array[]> {
  const { graph, differentiated, shifts, batch, inputs, given, drawn, filled, sums } = withGradients(
    engine,
    (automatic) => gradientGraph(model, split, wanted, emit, options, automatic),
  );
  const step = differentiated && engine.compileStep;
  const program = step ? await step(differentiated) : await engine.compile(graph, values);
  try {
    const samples = new SampleFeed(inputs, split, batch);
    const targets = given.map(({ objective, shape }) => ({
      name: objective.input,
      feed: targetFeed(objective, shape),
    }));
    const rows = new Float32Array(batch);
    const fixed = {
      ...samples.tensors,
      ...Object.fromEntries(targets.map(({ name, feed }) => [name, feed.tensor])),
      [filled]: float32([batch], rows),
      ...Object.fromEntries(shifts),
      // A step bakes nothing in: what it does not train is fed too.
      ...(step && Object.fromEntries(values)),
    };
    const totals: Float64Array[] = [];
    let done = 0;
    for (const indices of evaluationBatches(split.count, batch)) {
      await samples.load(indices);
      for (const { feed } of targets) await feed.load(indices);
      rows.fill(0).fill(1, 0, indices.length);
      const noise = drawn.map((target) => [target.noise, target.draw(options.seed, done)]);
      const results = await program.run({ ...fixed, ...Object.fromEntries(noise) });
      sums.forEach((name, i) => {
        const { data } = outputOf(results, name);
        const total = totals[i] ?? new Float64Array(data.length);
        for (let j = 0; j < total.length; j++) total[j] = (total[j] as number) + Number(data[j]);
        totals[i] = total;
      });
      done += indices.length;
      options.onProgress?.(done, split.count);
    }
    return totals;
  } finally {
    await program.dispose();
  }
}

/** By our own rules; where one is missing, by an engine that differentiates by itself. */
function withGradients(engine: Engine, make: (automatic: boolean) => GradientGraph): GradientGraph {
  try {
    return make(false);
  } catch (error) {
    if (!(error instanceof NoGradientRule) || engine.compileStep === undefined) throw error;
    return make(true);
  }
}
