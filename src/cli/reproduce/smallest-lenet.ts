// The smallest LeNet-5 that is right on at least 99 % of MNIST's test images, by neuron pruning alone.
import { join } from 'node:path';
import { openDataset } from '../../data/open';
import { wilsonInterval } from '../../evaluation/interval';
import { openModel } from '../../formats/open';
import { analyseChannels } from '../../pruning/channels';
import { layerChannels } from '../../pruning/layer-channels';
import { count, percent, table } from '../output';
import { type Experiment, runTasks, type TestedModel, testModel } from './experiment';

/** Of the network that is made small, with cosine annealing. */
const FIRST_TRAINING = ['--epochs', '5', '--optimizer', 'adam', '--learning-rate', '0.001'];
/**
 * The search asks for less than 99 % of the validation images: what it finds is trained for longer in the end, which
 * brings back what a short retraining can't.
 */
const SEARCH = ['--until', 'accuracy>=98.75%', '--epochs', '3', '--last-epochs', '30'];
const RETRAINING = ['--optimizer', 'adam', '--learning-rate', '0.004', '--distil', '0.5', '--temperature', '1'];
const COMMON = ['--validation', '0.2', '--schedule', 'cosine', '--weight-decay', '0', '--shift', '1', '--threads', '1'];

interface Result {
  readonly seed: number;
  readonly before: TestedModel['figures'];
  readonly after: TestedModel['figures'];
  readonly interval: readonly [low: number, high: number];
  /** Channels of every layer that makes some, the inputs of the first dense layer in their place. */
  readonly structure: string;
}

export const smallestLenet: Experiment = {
  description: 'the smallest LeNet-5 with at most 1 % of error on MNIST, found by prune --until',
  data: 'MNIST as IDX files',
  seeds: 3,
  async run(setting) {
    const { data, seeds, work, runCommand } = setting;
    await runTasks(
      seeds.map((seed) => ({
        label: `seed ${seed}`,
        async run() {
          const model = join(work, `lenet5-seed-${seed}`);
          const common = ['--data', data, '--seed', String(seed), ...COMMON];
          await runCommand(['train', 'lenet5', ...FIRST_TRAINING, '--out', model, ...common]);
          const folders = ['--sessions', join(work, 'sessions', String(seed)), '--out', `${model}-pruned`];
          await runCommand(['prune', model, ...SEARCH, ...RETRAINING, ...folders, ...common]);
        },
      })),
      setting,
    );
    const { test } = await openDataset(data, {});
    const results: Result[] = [];
    for (const seed of seeds) {
      const [before, after] = [`lenet5-seed-${seed}`, `lenet5-seed-${seed}-pruned`].map((name) => join(work, name));
      const pruned = await testModel(after as string, test);
      results.push({
        seed,
        before: (await testModel(before as string, test)).figures,
        after: pruned.figures,
        interval: wilsonInterval(pruned.figures.accuracy, test.count),
        structure: await structureOf(after as string),
      });
    }
    return { json: { testSamples: test.count, results }, text: (took) => describe(results, test.count, took) };
  },
};

/** "5-10-76-16": filters, filters, inputs of the first dense layer, neurons. */
async function structureOf(path: string): Promise<string> {
  const model = await openModel(path);
  const widths = layerChannels(model, analyseChannels(model.graph)).map(({ channels }) => channels.length);
  return widths.slice(0, -1).join('-');
}

function describe(results: readonly Result[], samples: number, took: string): string {
  const rows = results.map(({ seed, before, after, interval: [low, high], structure }) => [
    String(seed),
    percent(before.accuracy, 2),
    structure,
    count(after.parameters),
    percent(1 - after.parameters / before.parameters, 2),
    count(after.macs),
    percent(1 - after.accuracy, 2),
    `${percent(1 - high, 2)} to ${percent(1 - low, 2)}`,
  ]);
  const header = ['seed', 'LeNet-5', 'channels left', 'parameters', 'gone', 'MACs', 'error', '95 % interval'];
  const [first] = results;
  return [
    table(header, rows),
    '',
    `"error" is the share of ${count(samples)} test images, which no decision saw; "gone" counts from ${count(first?.before.parameters ?? 0)} parameters.`,
    `Took ${took}.`,
  ].join('\n');
}
