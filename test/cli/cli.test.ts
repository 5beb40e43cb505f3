// The command line as a person uses it: what it prints, where, and its exit codes.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { holdModel } from '../../src/session/pipe';
import { filesOf, makeWorkspace, type Workspace } from '../workspace';

let workspace: Workspace;
before(() => {
  workspace = makeWorkspace();
});
after(() => workspace.remove());

/** Runs a command with --json, which must end with 0 and print one document on stdout and nothing else. */
function json(...args: string[]): Record<string, never> {
  const { code, stdout, stderr } = workspace.run(...args, '--json');
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout);
}

const commands = ['inspect', 'relevance', 'prune', 'compare', 'bench', 'train', 'reproduce', 'demo'];
for (const command of commands) {
  test(`${command} --help explains itself and ends with 0`, () => {
    const { code, stdout } = workspace.run(command, '--help');
    assert.equal(code, 0);
    assert.match(stdout, new RegExp(`Usage: neuron-pruner ${command}`));
  });
}

test('inspect tells every layer, and the totals add up', () => {
  const { format, parameters, macs, bytes, layers } = json('inspect', 'model') as unknown as {
    format: string;
    parameters: number;
    macs: number;
    bytes: number;
    layers: { name: string; parameters: number; macs: number; channels: number | null; prunable: boolean }[];
  };
  assert.equal(format, 'tfjs');
  assert.equal(parameters, 240_470);
  assert.equal(bytes, 4 * 240_470);
  assert.equal(
    parameters,
    layers.reduce((sum, layer) => sum + layer.parameters, 0),
  );
  // conv1 24²·5²·20, conv2 8²·5²·20·52, dense 832·256, classes 64·10.
  assert.equal(macs, 24 ** 2 * 25 * 20 + 64 * 25 * 20 * 52 + 832 * 256 + 640);
  assert.equal(
    macs,
    layers.reduce((sum, layer) => sum + layer.macs, 0),
  );
  assert.deepEqual(
    layers.filter(({ prunable }) => prunable).map(({ name, channels }) => [name, channels]),
    [
      ['conv1', 20],
      ['conv2', 52],
      ['dense', 256],
    ],
  );
  const classes = layers.find(({ name }) => name === 'classes');
  assert.equal(classes?.prunable, false);
});

test('relevance counts every sample once in every unit', () => {
  const { layers } = json('relevance', 'model', '--data', 'data', '--layers', 'dense') as unknown as {
    layers: { name: string; scores: number[]; neurons: number; observations: number }[];
  };
  const [dense] = layers;
  assert.equal(dense?.neurons, 4);
  assert.equal(dense?.scores.length, 256);
  for (let unit = 0; unit < 64; unit++) {
    const wins: number | undefined = dense?.scores.slice(4 * unit, 4 * unit + 4).reduce((a, b) => a + b, 0);
    assert.equal(wins, 640);
  }
});

test("prune ends with the paper's widths, a model, a report, and the figures in its JSON", () => {
  const result = json(
    'prune',
    'model',
    '--data',
    'data',
    '--epochs',
    '1',
    '--out',
    'pruned',
    '--sessions',
    's1',
    '--threads',
    '1',
  ) as unknown as {
    out: string;
    before: { parameters: number };
    after: { parameters: number };
    removed: { parameters: number };
    accuracy: { before: number; after: number };
    pValue: number;
    iterations: { parameters: number }[];
  };
  assert.equal(result.before.parameters, 240_470);
  assert.equal(result.after.parameters, 80_534);
  assert.deepEqual(
    result.iterations.map(({ parameters }) => parameters),
    [240_470, 187_158, 133_846, 80_534],
  );
  assert.ok(Math.abs(result.removed.parameters - (1 - 80_534 / 240_470)) < 1e-12);
  assert.ok(result.pValue > 0 && result.pValue <= 1);
  assert.deepEqual(readdirSync(join(workspace.folder, 'pruned')).sort(), [
    'group1-shard1of1.bin',
    'model.json',
    'report.html',
    'session.json',
  ]);
  assert.doesNotMatch(readFileSync(join(workspace.folder, 'pruned', 'model.json'), 'utf8'), /maxout_/);
});

test('a recipe file runs as the same options do', () => {
  const recipe = {
    model: 'model/model.json',
    data: { source: 'data' },
    prune: { method: 'ratio', ratio: 0.5, measure: 'l1', iterations: 1 },
    retrain: { epochs: 1 },
    threads: 1,
  };
  writeFileSync(join(workspace.folder, 'half.prune.json'), JSON.stringify(recipe));
  json('prune', 'half.prune.json', '--out', 'by-recipe', '--sessions', 's2');
  json(
    'prune',
    'model',
    '--data',
    'data',
    '--ratio',
    '0.5',
    '--measure',
    'l1',
    '--iterations',
    '1',
    '--epochs',
    '1',
    '--threads',
    '1',
    '--out',
    'by-options',
    '--sessions',
    's3',
  );
  const model = (folder: string): unknown => {
    const files = filesOf(join(workspace.folder, folder));
    return [files.get('model.json'), files.get('group1-shard1of1.bin')];
  };
  assert.deepEqual(model('by-recipe'), model('by-options'));
});

test('the model given is never changed', () => {
  const before = filesOf(join(workspace.folder, 'model'));
  json('prune', 'model', '--data', 'data', '--epochs', '0', '--out', 'unchanged', '--sessions', 's4');
  assert.deepEqual(filesOf(join(workspace.folder, 'model')), before);
});

test('compare gives sizes, accuracies and a p-value; a model against itself has p = 1', () => {
  const same = json('compare', 'model', 'model', '--data', 'data') as unknown as {
    pValue: number;
    removed: { parameters: number };
  };
  assert.equal(same.pValue, 1);
  assert.equal(same.removed.parameters, 0);
});

test('maxout goes onto a trained network without it, which then learns for longer, and off again', () => {
  json('train', 'lenet5', '--data', 'data', '--epochs', '1', '--out', 'classic', '--threads', '1');
  const result = json(
    'prune',
    'classic',
    '--data',
    'data',
    '--k',
    '2',
    '--epochs',
    '0',
    '--maxout-epochs',
    '1',
    '--out',
    'classic-pruned',
    '--sessions',
    's5',
    '--threads',
    '1',
  ) as unknown as {
    iterations: { kind: string; parameters: number; score: number; scoreAfterCut?: number }[];
  };
  assert.deepEqual(
    result.iterations.map(({ kind }) => kind),
    ['original', 'maxout', 'neurons'],
  );
  // By --epochs the cut was not followed by any training.
  assert.deepEqual(
    result.iterations.slice(1).map(({ score, scoreAfterCut }) => score === scoreAfterCut),
    [false, true],
  );
  assert.equal(result.iterations.at(-1)?.parameters, 431_080 - 250 * 801 - 250 * 10);
});

test('until parameters<=60% stops at the first iteration that is small enough', () => {
  const result = json(
    'prune',
    'model',
    '--data',
    'data',
    '--epochs',
    '0',
    '--until',
    'parameters<=60%',
    '--out',
    'until',
    '--sessions',
    's6',
  ) as unknown as {
    after: { parameters: number };
    iterations: unknown[];
  };
  assert.equal(result.after.parameters, 133_846);
  assert.equal(result.iterations.length, 3);
});

test('until significant keeps the last model whose loss is not significant', () => {
  const result = json(
    'prune',
    'model',
    '--data',
    'data',
    '--validation',
    '0.5',
    '--ratio',
    '0.98',
    '--measure',
    'random',
    '--iterations',
    '2',
    '--epochs',
    '0',
    '--until',
    'significant',
    '--out',
    'until2',
    '--sessions',
    's7',
  ) as unknown as {
    chosen: number;
    iterations: { validationPValue: number }[];
  };
  assert.ok(result.chosen < result.iterations.length - 1, 'random cuts of 98 % without retraining are undone');
  assert.ok((result.iterations.at(-1)?.validationPValue ?? 1) <= 0.05);
});

test('until alone searches for the smallest model that is good enough, and keeps every step as a model', () => {
  const options = ['--validation', '0.5', '--epochs', '1', '--last-epochs', '1', '--measure', 'l2', '--threads', '1'];
  const result = json(
    'prune',
    'model',
    '--data',
    'data',
    '--until',
    'accuracy>=20%',
    ...options,
    '--out',
    'searched',
    '--sessions',
    's8',
  ) as unknown as {
    chosen: number;
    before: { parameters: number };
    after: { parameters: number };
    iterations: { kind: string; accepted?: boolean; validationScore: number; parameters: number; from?: number }[];
  };
  const chosen = result.iterations[result.chosen];
  assert.ok(chosen && chosen.validationScore >= 0.2 && chosen.accepted);
  assert.ok(result.after.parameters < 0.8 * result.before.parameters, `${result.after.parameters} are left`);
  for (const { kind, accepted, validationScore } of result.iterations.slice(1)) {
    assert.equal(accepted, validationScore >= 0.2, kind);
  }
  assert.ok(result.iterations.some(({ accepted }) => accepted === false));
  assert.ok(
    result.iterations.some(({ from }) => from !== undefined),
    'a refused step is stepped back from',
  );
  const [session = ''] = readdirSync(join(workspace.folder, 's8')).filter((name) => !name.startsWith('.'));
  for (const [i, { parameters }] of result.iterations.entries()) {
    const model = join(workspace.folder, 's8', session, 'iterations', String(i).padStart(3, '0'), 'model');
    assert.equal((json('inspect', model) as unknown as { parameters: number }).parameters, parameters);
  }
});

const mistakes: Record<string, [string[], RegExp]> = {
  'no such model': [['inspect', 'nothing'], /There is no file nothing/],
  'a folder without a model': [['inspect', 'data'], /without a model\.json/],
  'no data': [['prune', 'model'], /give --data/],
  'data that is not there': [['prune', 'model', '--data', 'nowhere'], /nowhere/],
  'an unknown layer': [['prune', 'model', '--data', 'data', '--layers', 'dnse'], /"dnse"/],
  "a layer that can't be pruned": [
    ['prune', 'model', '--data', 'data', '--ratio', '0.5', '--layers', 'classes'],
    /model's output/,
  ],
  'an unknown measure': [['relevance', 'model', '--data', 'data', '--measure', 'l7'], /l7/],
  'a unit of one neuron': [['relevance', 'model', '--data', 'data', '--k', '1'], /At least 2 neurons/],
  'an unknown architecture': [['train', 'lenet6', '--data', 'data'], /lenet6/],
  'an unknown option': [['inspect', 'model', '--jsn'], /unknown option/],
  'an unknown command': [['prnue'], /unknown command/],
  'a result folder that is in use': [['prune', 'model', '--data', 'data', '--out', 'data'], /not empty/],
  'a k that does not divide': [
    ['prune', 'classic3', '--data', 'data', '--k', '3', '--layers', 'dense'],
    /do not divide into units of 3/,
  ],
  'a score that the model itself does not have': [
    ['prune', 'model', '--data', 'data', '--validation', '0.5', '--until', 'accuracy>=99.6%'],
    /not met by the model itself: its accuracy on the validation samples is/,
  ],
  'a score that takes more validation samples than there are to tell': [
    ['prune', 'model', '--data', 'data', '--until', 'accuracy>=99%'],
    /"accuracy>=99%" decides on 64 validation samples.*It takes 100 .*set --validation 0\.16 \(data\.validation/,
  ],
  'a score by another metric': [
    ['prune', 'model', '--data', 'data', '--until', 'mse<=0.1'],
    /is about mse, the model is judged by accuracy/,
  ],
  'a stop rule without validation data': [
    ['prune', 'model', '--data', 'data', '--validation', '0', '--until', 'significant'],
    /validation/,
  ],
  '--measure without --ratio': [['prune', 'model', '--data', 'data', '--measure', 'l1'], /--ratio/],
  'a learning rate that diverges': [
    ['prune', 'model', '--data', 'data', '--learning-rate', '1e9', '--sessions', 's8'],
    /diverged.*lower learning rate/,
  ],
};
for (const [what, [args, message]] of Object.entries(mistakes)) {
  test(`${what}: one clear error, exit code 1, nothing on stdout, nothing left behind`, () => {
    if (args[1] === 'classic3')
      workspace.run('train', 'lenet5', '--data', 'data', '--epochs', '0', '--out', 'classic3');
    const { code, stdout, stderr } = workspace.run(...args);
    assert.equal(code, 1, stderr);
    assert.equal(stdout, '');
    assert.match(stderr, message);
    assert.doesNotMatch(stderr, /\n\s+at /);
    assert.equal(existsSync(join(workspace.folder, 'model-pruned')), false);
  });
}

test('a model that another session prunes, of whatever program, is not pruned twice', async () => {
  const held = await holdModel(workspace.model, (socket) => socket.destroy());
  const prune = ['prune', 'model', '--data', 'data', '--epochs', '0', '--out', 'twice'];
  const { code, stderr } = workspace.run(...prune);
  held.close();
  assert.equal(code, 1);
  assert.match(stderr, /is being pruned by another session/);
  assert.equal(existsSync(join(workspace.folder, 'twice')), false);
  assert.equal(workspace.run(...prune).code, 0);
});

test('no temporary file or folder is left anywhere', () => {
  const left = readdirSync(workspace.folder, { recursive: true }).filter((path) => String(path).includes('.partial'));
  assert.deepEqual(left, []);
});

test("a result that can't be written gives one clear error and leaves nothing", () => {
  writeFileSync(join(workspace.folder, 'file'), '');
  const { code, stderr } = workspace.run(
    'prune',
    'model',
    '--data',
    'data',
    '--epochs',
    '0',
    '--out',
    'file/inside',
    '--sessions',
    's9',
  );
  assert.equal(code, 1, stderr);
  assert.match(stderr, /file/);
  mkdirSync(join(workspace.folder, 'empty'));
  rmSync(join(workspace.folder, 'empty'), { recursive: true });
});
