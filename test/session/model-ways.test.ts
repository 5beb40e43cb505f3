// What a model's file and graph say of the data it was trained on, where nobody says it: scale of pixels, kind of labels.
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Dataset } from '../../src/data/dataset';
import { takesStoredPixels } from '../../src/data/stored-scale';
import { compiledOf } from '../../src/formats/keras/compiled';
import type { CompiledOptimizer } from '../../src/model/compiled';
import type { Model } from '../../src/model/model';
import { openFittedData } from '../../src/session/data';
import { frozenNote } from '../../src/session/frozen';
import { compiledNote, hyperparametersOf } from '../../src/session/hyperparameters';
import { judgedBy, ownLossOf, strangeLossNote, withOwnLoss } from '../../src/session/own-loss';
import { makeRecipe } from '../../src/session/recipe';
import { ruleOf } from '../../src/session/recipe-course';
import type { LossName } from '../../src/training/loss/loss';
import { inFolder } from '../data/folder';
import { ourModel } from '../layers-model';
import { tf } from '../tensorflow';

/** A network on pictures of 28×28 pixels that begins with the layer. */
async function onPictures(first: tf.layers.Layer): Promise<Model> {
  const layers = [first, tf.layers.flatten(), tf.layers.dense({ units: 10, activation: 'softmax' })];
  const input = tf.input({ shape: [28, 28, 1] });
  const output = layers.reduce((x, layer) => layer.apply(x) as tf.SymbolicTensor, input);
  return ourModel(tf.model({ inputs: input, outputs: output }));
}

const scaled = (scale: number, offset: number): Promise<Model> => onPictures(tf.layers.rescaling({ scale, offset }));

test('a model that scales pixels itself is fed with them as they are stored, and it is said', async () => {
  const { train, notes } = await openFittedData({ source: 'digits' }, 1, await scaled(1 / 127.5, -1));
  const out = new Float32Array(28 * 28);
  await train.read([0], [out]);
  const most = Math.max(...out);
  assert.ok(most > 100 && most <= 255, String(most));
  assert.match(notes.join(), /0 to 255, as the model scales them itself/);
});

test('what takes pixels as they are stored is told by what the model does to them first', async () => {
  assert.equal(await takesStoredPixels((await scaled(1 / 255, 0)).graph), true);
  assert.equal(await takesStoredPixels((await scaled(1, -120)).graph), true, 'a mean of pixels is taken away');
  assert.equal(await takesStoredPixels((await scaled(2, -1)).graph), false, 'from 0..1 to -1..1');
  const plain = await onPictures(tf.layers.conv2d({ filters: 2, kernelSize: 3 }));
  assert.equal(await takesStoredPixels(plain.graph), false);
  const words = tf.layers.embedding({ inputDim: 9, outputDim: 2, inputShape: [4] });
  assert.equal(await takesStoredPixels((await ourModel(tf.sequential({ layers: [words] }))).graph), true, 'a table');
});

async function targetOf(model: Model, loss?: LossName): Promise<Dataset['train']['targets'][0]> {
  let found: Dataset['train']['targets'][0] | undefined;
  await inFolder(async (folder) => {
    const source = join(folder, 'answers.csv');
    await writeFile(source, ['a,y', ...Array.from({ length: 40 }, (_, i) => `${i / 40},${i % 2}`)].join('\n'));
    const { train } = await openFittedData({ source, targets: ['y'] }, 1, model, loss);
    [found] = train.targets;
  });
  assert.ok(found);
  return found;
}

test('zeros and ones are classes to a logit, unless a loss of numbers was taken of it, by its file or by request', async () => {
  const logit = await ourModel(tf.sequential({ layers: [tf.layers.dense({ inputShape: [1], units: 1 })] }));
  assert.equal((await targetOf(logit)).kind, 'classes');
  assert.equal((await targetOf({ ...logit, compiled: { loss: 'mse' } })).kind, 'values');
  assert.equal((await targetOf(logit, 'binary-cross-entropy')).kind, 'classes');
  const compiled = { ...logit, compiled: { loss: 'binary_crossentropy' } };
  assert.equal((await targetOf(compiled)).kind, 'classes');
  assert.equal((await targetOf(compiled, 'mse')).kind, 'values');
});

test('numbers are retrained on by the loss that the file names', async () => {
  const network = await ourModel(tf.sequential({ layers: [tf.layers.dense({ inputShape: [1], units: 1 })] }));
  const compiled = { ...network, compiled: { loss: 'mean_absolute_error' } };
  const target = await targetOf(compiled);
  assert.equal(ownLossOf(compiled, [target]), 'mae');
  assert.equal(ownLossOf({ ...network, compiled: { loss: 'my_own' } }, [target]), undefined);
  assert.equal(ownLossOf(network, [target]), undefined);
});

test("a loss of somebody's own is named, and the one that is taken instead", async () => {
  const network = await ourModel(tf.sequential({ layers: [tf.layers.dense({ inputShape: [1], units: 1 })] }));
  const target = await targetOf({ ...network, compiled: { loss: 'mae' } });
  const note = (loss: string, retrain = {}): string => {
    const recipe = makeRecipe({ model: 'model.json', data: { source: 'table.csv' }, retrain }, '.', 'The test');
    return strangeLossNote(recipe, { ...network, compiled: { loss } }, [target]).join();
  };
  assert.match(note('dice_loss'), /the loss dice_loss, which is not known here: it is retrained by mse /);
  assert.equal(note('dice_loss', { loss: 'mae' }), '');
  assert.equal(note('dice_loss', { epochs: 0 }), '');
  assert.equal(note('mae'), '');
});

test('a model is judged by its mean absolute error where that is its loss, unless a metric or a rule says otherwise', async () => {
  const network = await ourModel(tf.sequential({ layers: [tf.layers.dense({ inputShape: [1], units: 1 })] }));
  const compiled = { ...network, compiled: { loss: 'mae' } };
  const judged = async (model: Model, fields: object): Promise<string | undefined> => {
    const recipe = makeRecipe({ model: 'm', data: { source: 'digits' }, ...fields }, '/', 'test');
    const target = await targetOf(model, recipe.retrain.loss);
    const data = { train: { targets: [target] } } as unknown as Dataset;
    return judgedBy(withOwnLoss(recipe, model, data), [target], ruleOf(recipe))(target);
  };
  assert.equal(await judged(compiled, {}), 'mae');
  assert.equal(await judged(network, { retrain: { loss: 'mae' } }), 'mae');
  assert.equal(await judged(compiled, { metric: 'r2' }), 'r2');
  assert.equal(await judged(compiled, { until: 'r2>=0.5' }), 'r2');
  assert.equal(await judged(compiled, { retrain: { loss: 'mse' } }), undefined);
  assert.equal(await judged(network, {}), undefined);
});

test('Keras writes the loss in many ways', () => {
  for (const [loss, name] of [
    ['mse', 'mse'],
    ['meanSquaredError', 'mean_squared_error'],
    [{ class_name: 'BinaryCrossentropy', config: { from_logits: true } }, 'binary_crossentropy'],
    [{ module: 'builtins', class_name: 'function', config: 'mae' }, 'mae'],
    [{ out: 'huber' }, 'huber'],
    [['mae'], 'mae'],
    [['mae', 'mse'], undefined],
    [null, undefined],
  ] as const) {
    assert.equal(compiledOf({ loss }).compiled?.loss, name);
  }
  assert.deepEqual(compiledOf(undefined), {});
});

test('Keras and TF.js write the optimizer in many ways', () => {
  const adam = { class_name: 'Adam', config: { learning_rate: 0.002, beta_1: 0.9 } };
  const decaying = { class_name: 'CosineDecay', config: { initial_learning_rate: 0.1, decay_steps: 10 } };
  for (const [training, optimizer] of [
    [{ optimizer: 'rmsprop' }, { name: 'adam', called: 'rmsprop' }],
    [{ optimizer: { module: 'keras.optimizers', ...adam } }, { name: 'adam', learningRate: 0.002 }],
    [
      { optimizer_config: { class_name: 'Adam', config: { lr: 0.0020000000949949026 } } },
      { name: 'adam', learningRate: 0.002 },
    ],
    [{ optimizer_config: { ...adam, class_name: 'Custom>Adam' } }, { name: 'adam', learningRate: 0.002 }],
    [
      { optimizer: { class_name: 'SGD', config: { learning_rate: decaying, momentum: 0.9 } } },
      { name: 'sgd', learningRate: 0.1, momentum: 0.9 },
    ],
    [
      { optimizer: { class_name: 'AdamW', config: { learning_rate: 1e-3, weight_decay: 0.004 } } },
      { name: 'adamw', learningRate: 1e-3, weightDecay: 0.004 },
    ],
    [
      { optimizer: { class_name: 'LossScaleOptimizer', config: { inner_optimizer: adam } } },
      { name: 'adam', learningRate: 0.002 },
    ],
    [{ optimizer: { class_name: 'Adam', config: { learning_rate: 'fast' } } }, { name: 'adam' }],
    [{ optimizer: { class_name: 'Adam', config: { learning_rate: -1 } } }, { name: 'adam' }],
    [{ optimizer: { class_name: 'Mine', config: { learning_rate: 1 } } }, undefined],
    [{ optimizer: 7 }, undefined],
    [{}, undefined],
  ] as const) {
    assert.deepEqual(compiledOf(training).compiled?.optimizer, optimizer);
  }
});

test('a model is retrained as it was compiled, in steps that neither undo it nor come to nothing', () => {
  const sgd = { optimizer: 'sgd', learningRate: 0.01, momentum: 0.9, weightDecay: 0.0005, schedule: 'inv' };
  const adam = { optimizer: 'adam', learningRate: 0.001, momentum: 0, weightDecay: 0, schedule: 'cosine' };
  const of = (compiled: CompiledOptimizer, asked = {}) => hyperparametersOf(asked, { compiled, maxout: false });
  assert.deepEqual(hyperparametersOf({}, { maxout: true }), sgd);
  assert.deepEqual(hyperparametersOf({}, { maxout: false }), { ...adam, momentum: 0.9 });
  assert.deepEqual(of({ name: 'adam' }), adam);
  assert.deepEqual(of({ name: 'adam', learningRate: 3e-4 }), { ...adam, learningRate: 3e-4 });
  assert.equal(of({ name: 'adam', learningRate: 1 }).learningRate, 0.001);
  assert.equal(of({ name: 'adam', learningRate: 1e-9 }).learningRate, 0.001, 'the end of a schedule');
  assert.equal(of({ name: 'sgd', momentum: 0.5 }).momentum, 0.5);
  // What a person asks for goes first, and the file's numbers belong to the file's optimizer.
  assert.deepEqual(of({ name: 'adam', learningRate: 3e-4 }, { optimizer: 'sgd' }), sgd);
  assert.deepEqual(of({ name: 'adam' }, { learningRate: 0.1 }), { ...adam, learningRate: 0.1 });
});

test('it is said how a model was compiled where it is retrained otherwise', () => {
  const of = (compiled: CompiledOptimizer): string =>
    compiledNote(hyperparametersOf({}, { compiled, maxout: false }), compiled);
  const adam = 'the model is retrained by Adam, learning rate 0.001';
  assert.equal(of({ name: 'adam', learningRate: 0.001 }), `${adam}, as its file says it was compiled`);
  assert.equal(
    of({ name: 'adam', learningRate: 0.002 }),
    `${adam}; its file says it was compiled with Adam, learning rate 0.002`,
  );
  assert.equal(of({ name: 'adam', called: 'RMSprop' }), `${adam}; its file says it was compiled with RMSprop`);
});

test('it is said what is frozen in a file, and so not retrained', async () => {
  const layers = (trainable: boolean) => [
    tf.layers.dense({ inputShape: [3], units: 4, name: 'base', trainable }),
    tf.layers.batchNormalization({ name: 'normal' }),
    tf.layers.dense({ units: 2, name: 'head' }),
  ];
  const note = async (trainable: boolean, retrain = {}): Promise<string> => {
    const recipe = makeRecipe({ model: 'model.json', data: { source: 'digits' }, retrain }, '.', 'The test');
    return frozenNote(recipe, await ourModel(tf.sequential({ layers: layers(trainable) }))).join();
  };
  assert.match(
    await note(false),
    /^the layer "base" is frozen in the file .* leaves 12 parameters as a cut leaves them/,
  );
  assert.equal(await note(true), '');
  assert.equal(await note(false, { epochs: 0 }), '');
});
