// The paper's second task: a VGG16, every width a quarter, learns to tell people apart; what its last hidden layer makes
// of a face is then verified on pairs of other people. Parameters are counted without the layer of classes, which
// verification does not need.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openModel } from '../../formats/open';
import { loadValues } from '../../model/values';
import { type SessionRecord, SIGNIFICANCE } from '../../session/record';
import { count, percent, table } from '../output';
import { copyOf, type Experiment, iterationModels, runTasks, type Setting } from './experiment';

const PICTURES = ['--mean', '0.5', '--deviation', '0.25', '--flip', '--shift', '3'];
const TRAINING = ['--optimizer', 'adam', '--weight-decay', '0.0005', '--schedule', 'cosine', '--batch', '64'];
const RATE = '0.0005';
/** What the classes are told apart by, which no descriptor needs. */
const CLASSES = 'predictions';
const DENSE = ['fc1', 'fc2'];
const LAST_BLOCK = ['block5_conv1', 'block5_conv2', 'block5_conv3'];

interface Variant {
  readonly title: string;
  readonly k: number;
  readonly layers: readonly string[];
  /** Share of the weights that stay in the end. */
  readonly keep: number;
}

const FULL: readonly Variant[] = [
  { title: 'k = 4, block 5 and dense', k: 4, layers: [...LAST_BLOCK, ...DENSE], keep: 0.5 },
  { title: 'k = 4, dense', k: 4, layers: DENSE, keep: 0.35 },
  { title: 'k = 2, dense', k: 2, layers: DENSE, keep: 0.28 },
];

interface Length {
  readonly epochs: number;
  /** Epochs of retraining once maxout is put on, which takes most of what the layers had learned. */
  readonly maxout: number;
  /** Epochs of retraining after every cut. */
  readonly retraining: number;
  readonly variants: readonly Variant[];
}

const LENGTHS: Readonly<Record<'full' | 'quick', Length>> = {
  full: { epochs: 20, maxout: 8, retraining: 3, variants: FULL },
  quick: { epochs: 8, maxout: 2, retraining: 1, variants: FULL.slice(0, 1) },
};

interface Row {
  readonly seed: number;
  readonly network: string;
  readonly title: string;
  readonly parameters: number;
  readonly nonZero: number;
  readonly macs: number;
  readonly verification: readonly {
    readonly distance: string;
    readonly accuracy: number;
    readonly equalErrorRate: number;
  }[];
  readonly pValue?: number;
}

export const vgg16Lfw: Experiment = {
  description: "the paper's second task: a narrow VGG16 on LFW's faces, maxout on dense layers and convolutions",
  data: "LFW's folder with its lists",
  seeds: 1,
  async run(setting) {
    const { seeds, work } = setting;
    const { variants } = LENGTHS[setting.quick ? 'quick' : 'full'];
    const models = seeds.map((seed) => ({ label: `seed ${seed}, VGG16`, run: () => trainOriginal(seed, setting) }));
    await runTasks(models, setting);
    const sessions = seeds.flatMap((seed) =>
      variants.map((variant, i) => ({
        label: `seed ${seed}, ${variant.title}`,
        run: () => prune(seed, variant, i, setting),
      })),
    );
    await runTasks(sessions, setting);
    const rows: Row[] = [];
    let pairs = 0;
    for (const seed of seeds) {
      for (const [i, { title }] of variants.entries()) {
        const session = await readSession(join(work, nameOf(seed, i)));
        pairs = session.data.test;
        rows.push(...(await rowsOf(seed, title, session, join(work, 'sessions', nameOf(seed, i)))));
      }
    }
    return { json: { seeds, pairs, rows }, text: (took) => describe(rows, pairs, took) };
  },
};

/** Two trainings side by side have a thread each; one alone has them all. */
function threads(trainings: number, jobs: number): string[] {
  return ['--threads', trainings > 1 && jobs > 1 ? '1' : '0'];
}

function trainOriginal(seed: number, setting: Setting): Promise<unknown> {
  const { epochs } = LENGTHS[setting.quick ? 'quick' : 'full'];
  const out = ['--out', join(setting.work, `vgg16-seed-${seed}`)];
  const common = [...commonOf(seed, setting), ...threads(setting.seeds.length, setting.jobs)];
  const how = ['--width', '0.25', '--epochs', String(epochs), '--learning-rate', RATE];
  return setting.runCommand(['train', 'vgg16', ...how, ...out, ...common]);
}

async function prune(seed: number, { k, layers, keep }: Variant, index: number, setting: Setting): Promise<unknown> {
  const { maxout, retraining, variants } = LENGTHS[setting.quick ? 'quick' : 'full'];
  const { work } = setting;
  const how = ['--k', String(k), '--layers', layers.join(','), '--keep-weights', String(keep)];
  const folders = ['--sessions', join(work, 'sessions', nameOf(seed, index)), '--out', join(work, nameOf(seed, index))];
  const common = [...commonOf(seed, setting), ...threads(setting.seeds.length * variants.length, setting.jobs)];
  const model = await copyOf(join(work, `vgg16-seed-${seed}`), String(index + 1));
  const retrain = ['--maxout-epochs', String(maxout), '--epochs', String(retraining), '--learning-rate', RATE];
  return setting.runCommand(['prune', model, ...how, ...retrain, ...folders, ...common]);
}

function commonOf(seed: number, { data }: Setting): string[] {
  return ['--data', data, '--seed', String(seed), ...PICTURES, ...TRAINING];
}

function nameOf(seed: number, variant: number): string {
  return `pruned-${variant + 1}-seed-${seed}`;
}

async function readSession(folder: string): Promise<SessionRecord> {
  return JSON.parse(await readFile(join(folder, 'session.json'), 'utf8')) as SessionRecord;
}

async function rowsOf(seed: number, network: string, session: SessionRecord, sessions: string): Promise<Row[]> {
  const models = await iterationModels(sessions);
  const rows: Row[] = [];
  for (const [i, { title, macs, layers, verification = [], pValue }] of session.iterations.entries()) {
    const described = layers.filter(({ name }) => name !== CLASSES);
    rows.push({
      seed,
      network,
      title,
      parameters: described.reduce((sum, { parameters }) => sum + parameters, 0),
      nonZero: await nonZeroOf(models[i] ?? ''),
      macs: macs - layers.reduce((sum, layer) => sum + (layer.name === CLASSES ? layer.macs : 0), 0),
      verification: verification.map(({ distance, accuracy, equalErrorRate }) => ({
        distance,
        accuracy,
        equalErrorRate,
      })),
      ...(pValue !== undefined && { pValue }),
    });
  }
  return rows;
}

/** Of all weights but those of the layer of classes. */
async function nonZeroOf(path: string): Promise<number> {
  const { graph } = await openModel(path);
  let found = 0;
  for (const [name, { data }] of await loadValues(graph)) {
    if (name.startsWith(`${CLASSES}/`)) continue;
    for (const value of data as Float32Array) if (value !== 0) found++;
  }
  return found;
}

function describe(rows: readonly Row[], pairs: number, took: string): string {
  const distances = rows[0]?.verification.map(({ distance }) => distance) ?? [];
  const header = [
    'network',
    'after',
    'parameters',
    'non-zero',
    'gone',
    'MACs',
    ...distances.flatMap((distance) => [distance, 'EER']),
    'p',
  ];
  const before = rows[0]?.parameters ?? 1;
  const lines = rows.map((row) => [
    row.network,
    row.title,
    count(row.parameters),
    count(row.nonZero),
    percent(1 - (/weights/.test(row.title) ? row.nonZero : row.parameters) / before),
    count(row.macs),
    ...row.verification.flatMap(({ accuracy, equalErrorRate }) => [percent(accuracy), percent(equalErrorRate)]),
    row.pValue?.toFixed(3) ?? '',
  ]);
  const worst = Math.min(...rows.map(({ pValue = 1 }) => pValue));
  const verdict =
    worst > SIGNIFICANCE
      ? `Nowhere is verification significantly worse than by the network before (smallest p = ${worst.toFixed(3)}).`
      : `Somewhere verification is significantly worse than by the network before: p = ${worst.toFixed(3)}.`;
  return [
    table(header, lines),
    '',
    `${verdict} Accuracy on ${count(pairs)} pairs of people that were not trained on, by thresholds from other pairs; EER is the`,
    `equal error rate; p of a paired permutation test by ${distances[0] ?? 'distance'}. Parameters without the layer of classes. Took ${took}.`,
  ].join('\n');
}
