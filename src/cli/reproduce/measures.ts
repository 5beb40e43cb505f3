// Every measure that LeNet-5 has something to read for, under equal budgets: the same trained LeNet-5, the same sizes to
// reach, the same retraining; what differs is which channels go.
import { join } from 'node:path';
import { MEASURES } from '../../pruning/relevance/index';
import { percent, table } from '../output';
import { copyOf, type Experiment, mean, runTasks, type Setting, type Task } from './experiment';

/** A fifth of the training images is enough to tell measures apart, and makes this a matter of minutes. */
const DATA = ['--validation', '0.8'];
const ADAM = ['--optimizer', 'adam', '--learning-rate', '0.001', '--weight-decay', '0.0005', '--schedule', 'cosine'];
const COMMON = [...DATA, ...ADAM, '--threads', '1'];
const FIRST_TRAINING = ['--epochs', '5'];
/** 3 % of the parameters in three cuts, two epochs after each. */
const CUTS = ['--to', 'parameters=3%', '--iterations', '3', '--epochs', '2'];

/** LeNet-5 has no batch normalisation for it to read. */
const WITHOUT = 'batch-norm-scale';
const COMPARED = [...MEASURES.values()].filter(({ name }) => name !== WITHOUT);

interface Score {
  readonly measure: string;
  readonly seed: number;
  /** Test accuracy right after the last cut, and after the epoch that follows. */
  readonly afterCut: number;
  readonly accuracy: number;
}

export const measures: Experiment = {
  description: 'every measure on LeNet-5 and MNIST under equal budgets',
  data: 'MNIST as IDX files',
  seeds: 3,
  async run(setting) {
    const { seeds } = setting;
    await runTasks(
      seeds.map((seed) => ({ label: `seed ${seed}, LeNet-5`, run: () => trainOriginal(seed, setting) })),
      setting,
    );
    const scores: Score[] = [];
    const tasks = seeds.flatMap((seed) =>
      COMPARED.map(
        ({ name: measure }): Task => ({
          label: `seed ${seed}, ${measure}`,
          async run() {
            scores.push(await prune(measure, seed, setting));
          },
        }),
      ),
    );
    await runTasks(tasks, setting);
    const rows = COMPARED.map(({ name, needs }) => summaryOf(name, needs, scores));
    rows.sort((a, b) => b.accuracy - a.accuracy);
    return { json: { seeds, measures: rows }, text: (took) => describe(rows, took) };
  },
};

function modelOf(seed: number, { work }: Setting): string {
  return join(work, `lenet5-seed-${seed}`);
}

function trainOriginal(seed: number, setting: Setting): Promise<unknown> {
  const asked = ['--data', setting.data, '--seed', String(seed), '--out', modelOf(seed, setting)];
  return setting.runCommand(['train', 'lenet5', ...FIRST_TRAINING, ...COMMON, ...asked]);
}

async function prune(measure: string, seed: number, setting: Setting): Promise<Score> {
  const { data, work } = setting;
  const name = `${measure}-seed-${seed}`;
  const folders = ['--sessions', join(work, 'sessions', name), '--out', join(work, name)];
  const asked = ['--data', data, '--seed', String(seed), '--measure', measure, ...CUTS, ...COMMON, ...folders];
  const { iterations } = (await setting.runCommand([
    'prune',
    await copyOf(modelOf(seed, setting), measure),
    ...asked,
  ])) as {
    iterations: { score: number; scoreAfterCut: number }[];
  };
  const last = iterations.at(-1);
  if (last === undefined) throw new Error(`no iterations by ${measure}`);
  return { measure, seed, afterCut: last.scoreAfterCut, accuracy: last.score };
}

interface Summary {
  readonly measure: string;
  readonly needs: string;
  readonly afterCut: number;
  readonly accuracy: number;
  /** Half the width of the 95 % confidence interval over the seeds. */
  readonly half: number;
  readonly seeds: readonly number[];
}

/** 97.5 % quantiles of Student's t distribution, by degrees of freedom from 1 on. */
const STUDENT = [12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262];

function summaryOf(measure: string, needs: string, scores: readonly Score[]): Summary {
  const own = scores.filter((score) => score.measure === measure).sort((a, b) => a.seed - b.seed);
  const accuracies = own.map(({ accuracy }) => accuracy);
  const centre = mean(accuracies);
  const variance = accuracies.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (accuracies.length - 1);
  const t = STUDENT[accuracies.length - 2] ?? 1.96;
  return {
    measure,
    needs,
    afterCut: mean(own.map(({ afterCut }) => afterCut)),
    accuracy: centre,
    half: accuracies.length > 1 ? t * Math.sqrt(variance / accuracies.length) : Number.NaN,
    seeds: accuracies,
  };
}

function describe(rows: readonly Summary[], took: string): string {
  const lines = rows.map(({ measure, needs, afterCut, accuracy, half, seeds }) => [
    measure,
    needs,
    percent(afterCut, 2),
    percent(accuracy, 2),
    Number.isNaN(half) ? '' : `± ${(100 * half).toFixed(2)}`,
    seeds.map((value) => (100 * value).toFixed(2)).join(' '),
  ]);
  return [
    table(['measure', 'reads', 'after the last cut', 'retrained', '95 %', 'of each seed'], lines),
    '',
    `Test accuracy of LeNet-5 with 3 % of its parameters left. The interval is Student's over the seeds. Took ${took}.`,
  ].join('\n');
}
