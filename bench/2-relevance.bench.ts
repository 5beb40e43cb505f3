// Relevance (the paper's count, inside the graph) against plain inference over the same samples.
import { buildModel } from '../src/architectures/index';
import { onnxruntime } from '../src/engines/onnxruntime';
import { evaluate } from '../src/evaluation/evaluate';
import { loadValues } from '../src/model/values';
import { measureOf } from '../src/pruning/relevance/index';
import { measureRelevance } from '../src/pruning/relevance/score';
import { interleave } from './measure';
import { samplesSplit } from './samples';

const SAMPLES = 10_000;
const engine = onnxruntime();
const split = samplesSplit(SAMPLES);
for (const [name, layers] of [
  ['lenet5-maxout', ['dense']],
  ['lenet5-maxout', undefined],
] as const) {
  const model = buildModel(name, { inputShape: [28, 28, 1], classes: 10, seed: 1 });
  const values = await loadValues(model.graph);
  const timed = (run: () => Promise<unknown>) => async (): Promise<number> => {
    const start = performance.now();
    await run();
    return (SAMPLES * 1000) / (performance.now() - start);
  };
  const rates = await interleave(
    [
      { name: 'inference', round: timed(() => evaluate(engine, model.graph, values, split)) },
      ...['maxout', 'mean-activation', 'apoz'].map((measure) => ({
        name: `relevance ${measure}`,
        round: timed(() =>
          measureRelevance(measureOf(measure), model, engine, split, {
            k: 4,
            seed: 1,
            ...(layers && { layers }),
          }),
        ),
      })),
    ],
    7,
  );
  console.log(`\n${name}, relevance of ${layers?.join(', ') ?? 'every layer'}`);
  const plain = rates[0]?.median ?? 1;
  for (const { name: what, median } of rates) {
    console.log(
      `  ${what.padEnd(26)} ${Math.round(median).toLocaleString('en').padStart(8)} images/s   ${(median / plain).toFixed(2)} × inference`,
    );
  }
}
