// What maxout on a trained network costs in accuracy, before any retraining: similar neurons grouped, or neighbours.
import { buildModel } from '../src/architectures/index';
import { openDataset } from '../src/data/open';
import { onnxruntime } from '../src/engines/onnxruntime';
import { evaluate } from '../src/evaluation/evaluate';
import type { Model } from '../src/model/model';
import { loadValues, withValues } from '../src/model/values';
import { introduceMaxout } from '../src/pruning/introduce';
import { train } from '../src/training/train';

const data = await openDataset('digits', { validation: 0 });
const engine = onnxruntime();
const untrained = buildModel('lenet5', { inputShape: [28, 28, 1], classes: 10, seed: 1 });
const start = await loadValues(untrained.graph);
const result = await train(engine, untrained.graph, start, data.train, {
  epochs: 3,
  batch: 64,
  optimizer: { name: 'sgd', momentum: 0.9, weightDecay: 0.0005 },
  schedule: { name: 'inv', learningRate: 0.01 },
  seed: 'bench',
});
if (!result.finished) throw new Error('the training was stopped');
const model: Model = { ...untrained, graph: withValues(untrained.graph, result.values) };

const accuracy = async ({ graph }: Model): Promise<string> =>
  `${(100 * (await evaluate(engine, graph, await loadValues(graph), data.test)).score).toFixed(2)} %`;

console.log(`\nMaxout put on a trained LeNet-5 (built-in digits, 3 epochs: ${await accuracy(model)}), no retraining`);
for (const [layer, k] of [
  ['dense', 2],
  ['dense', 4],
  ['conv2', 2],
  ['conv2', 5],
] as const) {
  const after = async (grouping: 'similar' | 'neighbours'): Promise<string> =>
    accuracy(await introduceMaxout(model, layer, k, engine, data.train, grouping));
  console.log(
    `  ${layer.padEnd(6)} k = ${k}   similar ${await after('similar')}   neighbours ${await after('neighbours')}`,
  );
}
