// Pruning on the command line without data, and plans that are only shown.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { buildModel } from '../../src/architectures/index';
import { openModel } from '../../src/formats/open';
import { costOf } from '../../src/ops/cost';
import { CLI, filesOf } from '../workspace';

const folder = mkdtempSync(join(tmpdir(), 'plan-'));
after(() => rmSync(folder, { recursive: true }));
await buildModel('lenet5', { inputShape: [28, 28, 1], classes: 10, seed: 1 }).container.write(
  buildModel('lenet5', { inputShape: [28, 28, 1], classes: 10, seed: 1 }),
  join(folder, 'model'),
);

function run(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [CLI, ...args], { cwd: folder, encoding: 'utf8' });
  return { code: status, stdout, stderr };
}

function json<Result>(...args: string[]): Result {
  const { code, stdout, stderr } = run(...args, '--json');
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout);
}

interface Sizes {
  readonly parameters: number;
  readonly macs: number;
}

test('without data a model is cut by its weights alone, and no accuracy is claimed', async () => {
  const before = filesOf(join(folder, 'model'));
  const result = json<{ after: Sizes }>(
    ...['prune', 'model', '--ratio', '0.3', '--measure', 'l1', '--no-retrain', '--out', 'cut'],
  );
  assert.ok(!('accuracy' in result) && !('score' in result));
  const { parameters, macs } = costOf(await openModel(join(folder, 'cut')));
  assert.deepEqual([result.after.parameters, result.after.macs], [parameters, macs]);
  // 20 − 6, 50 − 15 and 500 − 150 channels are left.
  assert.equal(parameters, 26 * 14 + (25 * 14 + 1) * 35 + (16 * 35 + 1) * 350 + 351 * 10);
  assert.deepEqual(filesOf(join(folder, 'model')), before);
  assert.equal(existsSync(join(folder, '.neuron-pruner')), false);
  const { stdout } = run('prune', 'model', '--ratio', '0.3', '--no-retrain', '--out', 'cut-again');
  assert.match(stdout, /Nothing was retrained or tested, as no data was given/);
});

test('without data, a target is met within 1 % in multiples of 4, protected layers stay', async () => {
  json(
    ...['prune', 'model', '--to', 'macs=50%', '--measure', 'l2', '--multiple', '4', '--protect', 'conv1'],
    ...['--epochs', '0', '--out', 'half'],
  );
  const { macs, layers } = costOf(await openModel(join(folder, 'half')));
  assert.ok(Math.abs(macs - 2_293_000 / 2) < 0.01 * (2_293_000 / 2), `${macs}`);
  assert.deepEqual(layers.find(({ name }) => name === 'conv1')?.outputShape, [24, 24, 20]);
  assert.equal(Number(layers.find(({ name }) => name === 'conv2')?.outputShape.at(-1)) % 4, 0);
});

test('a plan shows what would be cut and saved, layer by layer, and writes nothing', () => {
  const before = readdirSync(folder).sort();
  const args = ['prune', 'model', '--global', '0.4', '--measure', 'lamp', '--plan'];
  const plan = json<{ after: Sizes; layers: { name: string; after: { channels: number } }[] }>(...args);
  const left = plan.layers.reduce((sum, { after: own }) => sum + (own.channels ?? 0), 0);
  assert.equal(left - 10, 570 - 228);
  const { stdout } = run(...args);
  assert.match(stdout, /dense .*%/);
  assert.match(stdout, /Nothing was written/);
  assert.deepEqual(readdirSync(folder).sort(), before);
});

test('shares of single layers go before the share of all', () => {
  const { layers } = json<{ layers: { name: string; after: { channels: number } }[] }>(
    ...['prune', 'model', '--ratios', 'conv1=0,dense=0.9', '--ratio', '0.2', '--plan'],
  );
  const widths = layers.flatMap(({ name, after: own }) => (own.channels ? [[name, own.channels]] : []));
  assert.deepEqual(widths, [
    ['conv1', 20],
    ['conv2', 40],
    ['dense', 50],
    ['classes', 10],
  ]);
});

test('relevance tells how far two measures rank alike', () => {
  const { agreement } = json<{ agreement: { with: string; spearman: number; layers: { layer: string }[] } }>(
    ...['relevance', 'model', '--measure', 'l1', '--agree', 'l2'],
  );
  assert.equal(agreement.with, 'l2');
  assert.ok(agreement.spearman > 0.8);
  assert.deepEqual(
    agreement.layers.map(({ layer }) => layer),
    ['conv1', 'conv2', 'dense'],
  );
});

const mistakes: Record<string, [string[], RegExp]> = {
  'a measure that reads data, and none': [
    ['prune', 'model', '--ratio', '0.5', '--measure', 'apoz', '--no-retrain'],
    /"apoz" reads data.*l1, l2/,
  ],
  'no data and no word about retraining': [['prune', 'model', '--ratio', '0.5'], /give --data/],
  'two methods at once': [['prune', 'model', '--ratio', '0.5', '--global', '0.5'], /--ratio and --global/],
  'a limit without a method': [['prune', 'model', '--multiple', '8', '--data', 'digits'], /--multiple goes with/],
  'a target that is none': [['prune', 'model', '--to', 'size=3'], /parameters=50%/],
  'a target out of reach': [
    ['prune', 'model', '--to', 'parameters=50', '--no-retrain', '--out', 'never'],
    /out of reach/,
  ],
  'a target out of reach, found out before anything is trained on the way': [
    [
      'prune',
      'model',
      '--to',
      'parameters=50',
      '--measure',
      'l1',
      '--data',
      'digits',
      '--out',
      'never',
      '--sessions',
      'never',
    ],
    /^neuron-pruner: The target .* out of reach/m,
  ],
  'a batch that does not fit in memory': [['bench', 'model', '--batch', '99999999'], /--batch is from 1 to 65,536/],
  'a target that the model meets already': [
    ['prune', 'model', '--to', 'parameters=1000000', '--no-retrain'],
    /nothing to cut/,
  ],
  'a ratio of a layer that is not there': [['prune', 'model', '--ratios', 'cnov=0.5', '--no-retrain'], /"cnov"/],
};
for (const [what, [args, message]] of Object.entries(mistakes)) {
  test(`${what}: one clear error, exit code 1, nothing written`, () => {
    const before = readdirSync(folder).sort();
    const { code, stdout, stderr } = run(...args);
    assert.equal(code, 1, stderr);
    assert.equal(stdout, '');
    assert.match(stderr, message);
    assert.doesNotMatch(stderr, /\n\s+at /);
    assert.deepEqual(readdirSync(folder).sort(), before);
  });
}
