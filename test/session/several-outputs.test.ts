// A model that says a class and a number, each by half of its neurons: what is harmed of either decides, unless one output
// is named that decides alone.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { random } from '../../src/random';
import { verdict } from '../../src/report/verdict';
import { makeRecipe } from '../../src/session/recipe';
import type { SessionRecord } from '../../src/session/record';
import { runSession } from '../../src/session/session';
import { ourModel } from '../layers-model';
import { tf } from '../tensorflow';

const WIDTH = 8;
const CLASSES = 3;
let folder: string;
let model: string;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'neuron-pruner-outputs-'));
  const own = await ourModel(network());
  model = await own.container.write(own, join(folder, 'model'));
  for (const kind of ['right', 'spoilt']) await mkdir(join(folder, kind));
  for (const [part, count] of [
    ['train', 300],
    ['validation', 120],
    ['test', 120],
  ] as const) {
    writeFileSync(join(folder, 'right', `${part}.csv`), rows(part, count, false));
    // Whoever learns from these numbers unlearns the sum.
    writeFileSync(join(folder, 'spoilt', `${part}.csv`), rows(part, count, part === 'train'));
  }
});

after(() => rm(folder, { recursive: true, force: true }));

/** The largest of the first three columns, and the sum of all: -2 times it where it is spoilt. */
function rows(part: string, count: number, spoilt: boolean): string {
  const source = random(1, part);
  const columns = Array.from({ length: WIDTH }, (_, i) => `x${i}`);
  const lines = Array.from({ length: count }, () => {
    const x = columns.map(() => Number((0.1 + source.next()).toFixed(3)));
    const largest = x.slice(0, CLASSES).indexOf(Math.max(...x.slice(0, CLASSES)));
    const sum = x.reduce((total, value) => total + value, 0);
    return [...x, `kind${largest}`, ((spoilt ? -2 : 1) * sum + 0.01 * source.normal()).toFixed(4)].join();
  });
  return [[...columns, 'kind', 'sum'].join(), ...lines].join('\n');
}

/** Neurons 0 to 7 give the columns, tripled, to the class; 8 to 15, halved, to the number: by L1 those go first. */
function network(): tf.LayersModel {
  const input = tf.input({ shape: [WIDTH] });
  const inner = tf.layers.dense({ units: 2 * WIDTH, activation: 'relu', name: 'inner' });
  const [kind, sum] = [
    tf.layers.dense({ units: CLASSES, activation: 'softmax', name: 'kind' }),
    tf.layers.dense({ units: 1, name: 'sum' }),
  ];
  const hidden = inner.apply(input) as tf.SymbolicTensor;
  const made = tf.model({ inputs: input, outputs: [kind, sum].map((own) => own.apply(hidden) as tf.SymbolicTensor) });
  const table = (height: number, width: number, at: (row: number, column: number) => number): tf.Tensor =>
    tf.tensor2d(
      Array.from({ length: height * width }, (_, i) => at(Math.floor(i / width), i % width)),
      [height, width],
    );
  const zeros = (width: number): tf.Tensor => tf.zeros([width]);
  inner.setWeights([
    table(WIDTH, 2 * WIDTH, (row, column) => (column % WIDTH === row ? (column < WIDTH ? 3 : 0.5) : 0)),
    zeros(2 * WIDTH),
  ]);
  kind.setWeights([table(2 * WIDTH, CLASSES, (row, column) => (row === column ? 20 : 0)), zeros(CLASSES)]);
  sum.setWeights([table(2 * WIDTH, 1, (row) => (row < WIDTH ? 0 : 2)), zeros(1)]);
  return made;
}

let sessions = 0;

async function run(fields: object, data: object = {}, warnings: string[] = []): Promise<SessionRecord> {
  const recipe = makeRecipe(
    { model, data: { source: 'right', targets: ['kind', 'sum'], ...data }, threads: 1, ...fields },
    folder,
    'The test',
  );
  sessions++;
  return runSession(recipe, {
    sessions: join(folder, 'sessions'),
    folder: join(folder, 'sessions', String(sessions)),
    out: join(folder, `out-${sessions}`),
    onEvent: (event) => event.type === 'warning' && warnings.push(event.text),
  });
}

const HALF = { prune: { method: 'ratio', ratio: 0.5, measure: 'l1', iterations: 1 }, retrain: { epochs: 0 } };

test('a cut that ruins the second output is refused, and the verdict says which one it harms', async () => {
  const session = await run({ ...HALF, until: 'significant' });
  const [original, cut] = session.iterations;
  assert.deepEqual([cut?.accepted, session.chosen], [false, 0]);
  const [kind, sum] = cut?.outputs ?? [];
  assert.deepEqual([kind?.output, kind?.score, kind?.validationPValue], ['kind', 1, 1]);
  assert.equal(sum?.metric.title, 'mean squared error of "sum"');
  assert.ok((original?.outputs?.[1]?.score ?? 1) < 0.001 && (sum?.score ?? 0) > 1);
  // Of two tests the smaller p counts twice.
  assert.equal(cut?.validationPValue, 2 * (sum?.validationPValue ?? 1));
  assert.match(
    verdict({ ...session, chosen: 1 }),
    /A significant rise of the mean squared error of "sum": from 0\.0\d+ to \d+.* \(p < 0\.001\)/,
  );
  assert.match(
    verdict(session),
    /The original is the result: accuracy of "kind" 100\.00 %, mean squared error of "sum"/,
  );
});

test('an output that is named decides alone', async () => {
  const byKind = await run({ ...HALF, until: 'significant' }, { output: 'kind' });
  assert.deepEqual([byKind.iterations[1]?.accepted, byKind.chosen], [true, 1]);
  assert.equal(byKind.iterations[1]?.outputs, undefined);
  const bySum = await run({ ...HALF, until: 'significant' }, { output: 'sum' });
  assert.deepEqual([bySum.iterations[1]?.accepted, bySum.iterations[1]?.metric.name], [false, 'mse']);
});

test('a rule about the score of one output does not let the other be ruined', async () => {
  const both = await run({ ...HALF, until: 'accuracy>=95%' });
  assert.equal(both.iterations[1]?.accepted, false);
  const alone = await run({ ...HALF, until: 'accuracy>=95%' }, { output: 'kind' });
  assert.equal(alone.iterations[1]?.accepted, true);
});

test('training that harms the second output is not taken', async () => {
  const retrain = { epochs: 3, learningRate: 0.01, batch: 16 };
  const prune = { ...HALF.prune, ratio: 0.1 };
  const warnings: string[] = [];
  const both = await run({ prune, retrain }, { source: 'spoilt' }, warnings);
  assert.equal(both.iterations[1]?.harmed, true);
  assert.match(warnings.join(), /retraining made it worse, test mean squared error of "sum" .* the weights are kept/);
  const alone = await run({ prune, retrain }, { source: 'spoilt', output: 'kind' });
  assert.equal(alone.iterations[1]?.harmed, undefined);
});

test('a search keeps what either output needs', async () => {
  const search = { prune: { method: 'search', measure: 'l1' }, retrain: { epochs: 0 }, until: 'significant' };
  const [both, alone] = [await run(search), await run(search, { output: 'kind' })];
  const found = ({ iterations, chosen }: SessionRecord) => iterations[chosen];
  const [kept, cut] = [found(both), found(alone)];
  assert.ok((kept?.outputs?.[1]?.score ?? 1) < 0.001, `${kept?.outputs?.[1]?.score}`);
  assert.ok((cut?.parameters ?? 0) < (kept?.parameters ?? 0), `${cut?.parameters} and ${kept?.parameters} parameters`);
  assert.ok(both.iterations.some(({ accepted }) => accepted === false));
});
