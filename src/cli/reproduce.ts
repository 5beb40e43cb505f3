// neuron-pruner reproduce lenet: the paper's MNIST table. Made of the same commands that anyone can run by hand.
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import type { Split } from '../data/dataset';
import { openDataset } from '../data/open';
import { onnxruntime } from '../engines/onnxruntime';
import { evaluate } from '../evaluation/evaluate';
import { PERMUTATIONS, permutationTest } from '../evaluation/permutation';
import { checkNewFolder } from '../formats/files';
import { openModel } from '../formats/open';
import { loadValues } from '../model/values';
import { costOf } from '../ops/cost';
import { nonZeroCount } from '../pruning/sparsify';
import { SIGNIFICANCE } from '../session/record';
import { runAll, runCommand } from './jobs';
import { wholeNumber } from './options';
import { count, duration, makeOutput, type Output, percent, table } from './output';

interface Flags {
  readonly data: string;
  readonly seeds: number;
  readonly jobs: number;
  readonly out?: string;
  readonly json?: boolean;
}

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

export function registerReproduce(program: Command): void {
  program
    .command('reproduce')
    .description(
      "Repeats the paper's experiment: lenet is LeNet-5 on MNIST, maxout k = 2 and k = 4, then weight pruning.",
    )
    .argument('<experiment>', 'lenet', (text) => {
      if (text !== 'lenet') program.error(`error: there is no experiment "${text}", only lenet`);
      return text;
    })
    .requiredOption('--data <path>', 'MNIST as IDX files, a folder')
    .option('--seeds <n>', 'runs, each with a seed of its own', wholeNumber, 3)
    .option('--jobs <n>', 'trainings at a time, one thread each', wholeNumber, availableParallelism())
    .option('--out <folder>', 'keep the models and reports in this new folder')
    .option('--json', 'print one JSON document and nothing else')
    .action(async (_: string, flags: Flags) => reproduce(flags, makeOutput(flags.json === true)));
}

async function reproduce(flags: Flags, output: Output): Promise<void> {
  const started = performance.now();
  const work = flags.out === undefined ? await mkdtemp(join(tmpdir(), 'neuron-pruner-')) : resolve(flags.out);
  if (flags.out !== undefined) await checkNewFolder(work);
  try {
    const seeds = Array.from({ length: Math.max(1, flags.seeds) }, (_, i) => i + 1);
    await runJobs(work, seeds, flags, output);
    const data = await openDataset(flags.data, { validation: 0 });
    const runs = [];
    for (const seed of seeds) runs.push({ seed, rows: await readRun(work, seed, data.test) });
    const seconds = (performance.now() - started) / 1000;
    const json = {
      experiment: 'lenet',
      seeds,
      testSamples: data.test.count,
      permutations: PERMUTATIONS,
      seconds,
      runs,
    };
    output.result(json, describe(runs, data.test.count, seconds, flags.out === undefined ? undefined : work));
  } finally {
    if (flags.out === undefined) await rm(work, { recursive: true, force: true });
  }
}

/** The classic network and every k, for every seed; the longest first, so that no process waits at the end. */
async function runJobs(work: string, seeds: readonly number[], { data, jobs }: Flags, output: Output): Promise<void> {
  let done = 0;
  const total = seeds.length * (1 + NEURONS.length);
  const started = performance.now();
  const job = (label: string, run: () => Promise<unknown>) => async (): Promise<void> => {
    const start = performance.now();
    await run();
    done++;
    const seconds = (performance.now() - start) / 1000;
    const left = ((performance.now() - started) / 1000 / done) * (total - done);
    output.note(
      `[${done}/${total}] ${label}: ${duration(seconds)}${done < total ? ` · about ${duration(left)} left` : ''}`,
    );
  };
  const common = (seed: number): string[] => [
    '--data',
    data,
    '--seed',
    String(seed),
    '--threads',
    '1',
    '--validation',
    '0',
  ];
  const tasks = seeds.flatMap((seed) => [
    ...[...NEURONS].reverse().map((k) =>
      job(`seed ${seed}, maxout k = ${k}`, async () => {
        const model = join(work, `maxout-${k}-seed-${seed}`);
        const epochs = ['--epochs', String(FIRST_EPOCHS)];
        await runCommand(['train', 'lenet5-maxout', '--k', String(k), ...epochs, '--out', model, ...common(seed)]);
        const retrain = ['--epochs', String(RETRAIN_EPOCHS), '--keep-weights', String(KEEP_WEIGHTS)];
        const folders = ['--sessions', join(work, 'sessions', `${k}-${seed}`), '--out', `${model}-pruned`];
        await runCommand(['prune', model, ...retrain, ...folders, ...common(seed)]);
      }),
    ),
    job(`seed ${seed}, classic LeNet-5`, () =>
      runCommand([
        'train',
        'lenet5',
        '--epochs',
        String(FIRST_EPOCHS),
        '--out',
        join(work, `classic-seed-${seed}`),
        ...common(seed),
      ]),
    ),
  ]);
  output.note(`${total} trainings, ${jobs} at a time …`);
  await runAll(tasks, Math.max(1, jobs));
}

/** Every model of a seed, tested against the classic one. */
async function readRun(work: string, seed: number, test: Split): Promise<Row[]> {
  const classic = await testModel(join(work, `classic-seed-${seed}`), test);
  const rows: Row[] = [{ network: 'classic', title: 'LeNet-5', ...classic.figures }];
  for (const k of NEURONS) {
    const sessions = join(work, 'sessions', `${k}-${seed}`);
    const [session = ''] = await readdir(sessions);
    const iterations = (await readdir(join(sessions, session, 'iterations'))).sort();
    for (const [index, iteration] of iterations.entries()) {
      const { figures, outcomes } = await testModel(join(sessions, session, 'iterations', iteration, 'model'), test);
      const left = k - index;
      const title = left >= 1 ? (left === 1 ? '1 neuron a unit' : `${left} neurons a unit`) : 'weights pruned';
      rows.push({ network: `k = ${k}`, title, ...figures, pValue: permutationTest(classic.outcomes, outcomes, seed) });
    }
  }
  return rows;
}

async function testModel(path: string, test: Split) {
  const model = await openModel(path);
  const values = await loadValues(model.graph);
  const { score, outcomes } = await evaluate(onnxruntime(), model.graph, values, test);
  const { parameters, macs } = costOf(model);
  const figures = { parameters, nonZero: nonZeroCount(model.graph, values), macs, accuracy: score };
  return { figures, outcomes };
}

function describe(
  runs: readonly { seed: number; rows: readonly Row[] }[],
  samples: number,
  seconds: number,
  kept: string | undefined,
): string {
  const first = runs[0]?.rows ?? [];
  const classic = first[0]?.parameters ?? 1;
  const lines = first.map((row, i) => {
    const all = runs.map(({ rows }) => rows[i] as Row);
    const mean = all.reduce((sum, { accuracy }) => sum + accuracy, 0) / all.length;
    const nonZero = Math.round(all.reduce((sum, other) => sum + other.nonZero, 0) / all.length);
    const left = row.title === 'weights pruned' ? nonZero : row.parameters;
    return [
      row.network,
      row.title,
      count(row.parameters),
      row.title === 'weights pruned' ? count(nonZero) : '',
      i === 0 ? '' : percent(1 - left / classic),
      count(row.macs),
      percent(mean, 2),
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
    `the classic one of its seed. "gone" counts from the classic network's ${count(classic)} parameters. Took ${duration(seconds)}.`,
    ...(kept ? [`Models and reports: ${kept}`] : []),
  ].join('\n');
}
