// The paper's MNIST table: LeNet-5, maxout k = 2 and k = 4, then weight pruning. Made of the same commands that anyone can
// run by hand.
import { join } from 'node:path';
import type { Split } from '../../data/dataset';
import { openDataset } from '../../data/open';
import { PERMUTATIONS, permutationTest } from '../../evaluation/permutation';
import { SIGNIFICANCE } from '../../session/record';
import { count, percent, table } from '../output';
import { type Experiment, iterationModels, mean, runTasks, type Setting, type Task, testModel } from './experiment';

/** The paper's epochs: 5 first, 3 to 5 after each cut. */
const FIRST_EPOCHS = 5;
const RETRAIN_EPOCHS = 4;
const NEURONS = [2, 4] as const;
/** Of the 80,534 parameters that neuron pruning leaves: with it 92 % of the classic LeNet-5's 431,080 are gone. */
const KEEP_WEIGHTS = 0.42;

interface Row {
  readonly network: string;
  readonly title: string;
  readonly parameters: number;
  readonly nonZero: number;
  readonly macs: number;
  readonly accuracy: number;
  /** Against the classic LeNet-5 of the same seed; absent for itself. */
  readonly pValue?: number;
}

export const lenet: Experiment = {
  description: "the paper's MNIST table: LeNet-5, maxout k = 2 and k = 4, then weight pruning",
  data: 'MNIST as IDX files',
  seeds: 3,
  async run(setting) {
    const { data, seeds, work } = setting;
    await runTasks(
      seeds.flatMap((seed) => tasksOf(seed, setting)),
      setting,
    );
    const { test } = await openDataset(data, { validation: 0 });
    const runs: Run[] = [];
    for (const seed of seeds) runs.push({ seed, rows: await readRun(work, seed, test) });
    return {
      json: { seeds, testSamples: test.count, permutations: PERMUTATIONS, runs },
      text: (took) => describe(runs, test.count, took),
    };
  },
};

interface Run {
  readonly seed: number;
  readonly rows: readonly Row[];
}

/** The classic network and every k; the longest first, so that no process waits at the end. */
function tasksOf(seed: number, { data, work, runCommand }: Setting): Task[] {
  const common = ['--data', data, '--seed', String(seed), '--threads', '1', '--validation', '0'];
  const epochs = ['--epochs', String(FIRST_EPOCHS)];
  return [
    ...[...NEURONS].reverse().map(
      (k): Task => ({
        label: `seed ${seed}, maxout k = ${k}`,
        async run() {
          const model = join(work, `maxout-${k}-seed-${seed}`);
          await runCommand(['train', 'lenet5-maxout', '--k', String(k), ...epochs, '--out', model, ...common]);
          const retrain = ['--epochs', String(RETRAIN_EPOCHS), '--keep-weights', String(KEEP_WEIGHTS)];
          const folders = ['--sessions', join(work, 'sessions', `${k}-${seed}`), '--out', `${model}-pruned`];
          await runCommand(['prune', model, ...retrain, ...folders, ...common]);
        },
      }),
    ),
    {
      label: `seed ${seed}, classic LeNet-5`,
      run: () => runCommand(['train', 'lenet5', ...epochs, '--out', join(work, `classic-seed-${seed}`), ...common]),
    },
  ];
}

/** Every model of a seed, tested against the classic one. */
async function readRun(work: string, seed: number, test: Split): Promise<Row[]> {
  const classic = await testModel(join(work, `classic-seed-${seed}`), test);
  const rows: Row[] = [{ network: 'classic', title: 'LeNet-5', ...classic.figures }];
  for (const k of NEURONS) {
    const models = await iterationModels(join(work, 'sessions', `${k}-${seed}`));
    for (const [index, model] of models.entries()) {
      const { figures, outcomes } = await testModel(model, test);
      const left = k - index;
      const title = left >= 1 ? (left === 1 ? '1 neuron a unit' : `${left} neurons a unit`) : 'weights pruned';
      rows.push({ network: `k = ${k}`, title, ...figures, pValue: permutationTest(classic.outcomes, outcomes, seed) });
    }
  }
  return rows;
}

function describe(runs: readonly Run[], samples: number, took: string): string {
  const first = runs[0]?.rows ?? [];
  const classic = first[0]?.parameters ?? 1;
  const lines = first.map((row, i) => {
    const all = runs.map(({ rows }) => rows[i] as Row);
    const nonZero = Math.round(mean(all.map((other) => other.nonZero)));
    const left = row.title === 'weights pruned' ? nonZero : row.parameters;
    return [
      row.network,
      row.title,
      count(row.parameters),
      row.title === 'weights pruned' ? count(nonZero) : '',
      i === 0 ? '' : percent(1 - left / classic),
      count(row.macs),
      percent(mean(all.map(({ accuracy }) => accuracy)), 2),
      all.map(({ accuracy }) => (100 * accuracy).toFixed(2)).join(' '),
      all
        .map(({ pValue }) => (pValue === undefined ? '' : pValue.toFixed(3)))
        .join(' ')
        .trim(),
    ];
  });
  const header = [
    'network',
    'after',
    'parameters',
    'non-zero',
    'gone',
    'MACs',
    'accuracy',
    'of each seed',
    'p of each seed',
  ];
  const worst = Math.min(...runs.flatMap(({ rows }) => rows.map(({ pValue }) => pValue ?? 1)));
  const verdict =
    worst > SIGNIFICANCE
      ? `Nowhere is accuracy significantly below the classic LeNet-5's (smallest p = ${worst.toFixed(3)}).`
      : `Somewhere accuracy is significantly below the classic LeNet-5's: p = ${worst.toFixed(3)}.`;
  return [
    table(header, lines),
    '',
    `${verdict} Paired permutation test on ${count(samples)} test samples, ${count(PERMUTATIONS)} permutations, each network against`,
    `the classic one of its seed. "gone" counts from the classic network's ${count(classic)} parameters. Took ${took}.`,
  ].join('\n');
}
