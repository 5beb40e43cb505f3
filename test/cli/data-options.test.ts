// What the options of the command line come to as a recipe's data.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { Command } from 'commander';
import { registerBench } from '../../src/cli/bench';
import { registerCompare } from '../../src/cli/compare';
import { checkedData, type DataFlags, dataOf, withAugmentation, withData, withTraining } from '../../src/cli/options';
import { registerPrune } from '../../src/cli/prune';
import { type RecipeFlags, recipeOf, withPruning } from '../../src/cli/prune-recipe';
import { registerRelevance } from '../../src/cli/relevance';
import { UserError } from '../../src/errors';

function flags(...args: string[]): DataFlags {
  const command = new Command().exitOverride().configureOutput({ writeErr: () => undefined });
  return withAugmentation(withData(command, true)).parse(args, { from: 'user' }).opts();
}

test('nothing but the source is said where nothing else is asked for', () => {
  assert.deepEqual(dataOf(flags('--data', 'set')), { source: 'set' });
  assert.deepEqual(checkedData(flags('--data', 'set'), 0), { source: resolve('set'), validation: 0 });
});

test('columns, pictures, sequences and augmentation are what a recipe says', () => {
  const said = flags(
    ...[
      '--data',
      'set.csv',
      '--target',
      'price',
      '--inputs',
      'a,b',
      '--no-header',
      '--test',
      '0.2',
      '--scale',
      '2',
      '--classes',
      '7',
    ],
    ...['--size', '64x48', '--colour', 'grey', '--mean', '0.5,0.4,0.3', '--sequence', '20', '--flip', '--shift', '2'],
  );
  assert.deepEqual(dataOf(said), {
    source: 'set.csv',
    targets: ['price'],
    inputs: ['a', 'b'],
    header: false,
    test: 0.2,
    scale: 2,
    classes: 7,
    image: { size: [48, 64], colour: 'grey' },
    mean: [0.5, 0.4, 0.3],
    sequence: { length: 20 },
    augment: { flip: true, shift: 2 },
  });
  assert.deepEqual(checkedData(said, 0.1).sequence, { length: 20, padding: 'before' });
});

test('several target columns are one target, a size of one number a square', () => {
  assert.deepEqual(dataOf(flags('--data', 'x', '--target', 'x,y')).targets, [{ from: ['x', 'y'] }]);
  assert.deepEqual(dataOf(flags('--data', 'x', '--size', '32')).image, { size: [32, 32] });
});

test('an error names the option that was typed and the field of a recipe', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'options-'));
  writeFileSync(join(folder, 'model.onnx'), '');
  const refused = async (...args: string[]): Promise<string> => {
    const command = withData(withPruning(new Command().exitOverride()), false);
    const flags = withTraining(command, '').parse(args, { from: 'user' }).opts<RecipeFlags>();
    return recipeOf(join(folder, 'model.onnx'), flags).then(
      () => 'nothing',
      (error: Error) => error.message,
    );
  };
  try {
    for (const [args, message] of [
      [['--ratio', '1.5'], '--ratio (prune.ratio in a recipe) must be < 1, not 1.5.'],
      [['--global', '2'], '--global (prune.ratio in a recipe) must be < 1, not 2.'],
      [['--ratios', 'dense=3'], '--ratios (prune.ratios.dense in a recipe) must be < 1, not 3.'],
      [['--learning-rate', '0'], '--learning-rate (retrain.learningRate in a recipe) must be > 0, not 0.'],
      [['--optimizer', 'lion'], '--optimizer (retrain.optimizer in a recipe) must be one of sgd, adam, adamw.'],
      [['--scale', '2'], '--data (data.source in a recipe) is missing.'],
    ] as const) {
      assert.equal(await refused(...args), message);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('lists are padded behind where that is asked for; for a length alone', () => {
  const { sequence } = dataOf(flags('--data', 'x', '--sequence', '20', '--padding', 'after'));
  assert.deepEqual(sequence, { length: 20, padding: 'after' });
  assert.throws(() => dataOf(flags('--data', 'x', '--padding', 'after')), /--padding goes with --sequence/);
});

test('what is no size, share or colour is refused', () => {
  for (const wrong of [
    ['--size', '0x3'],
    ['--size', 'large'],
    ['--colour', 'blue'],
    ['--mean', 'a,b'],
  ]) {
    assert.throws(() => flags('--data', 'x', ...wrong));
  }
  assert.throws(() => checkedData(flags('--data', 'x', '--test', '2'), 0), UserError);
  assert.throws(() => checkedData(flags('--data', 'x', '--size', '99999'), 0), UserError);
});

test('what only measures has no options of training', () => {
  const program = new Command();
  for (const register of [registerBench, registerCompare, registerRelevance, registerPrune]) register(program);
  const has = (name: string, option: string): boolean =>
    program.commands.some((command) => command.name() === name && command.options.some(({ long }) => long === option));
  for (const command of ['bench', 'compare']) {
    for (const option of ['--flip', '--shift', '--validation'])
      assert.ok(!has(command, option), `${command} ${option}`);
  }
  assert.ok(!has('relevance', '--flip') && has('relevance', '--validation'));
  for (const option of ['--flip', '--shift', '--validation']) assert.ok(has('prune', option));
});
