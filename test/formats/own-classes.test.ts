// Models with classes and functions of somebody's own: read without running them, pruned apart from what they touch. Each
// is a model of TensorFlow.js whose file is then made to name what nobody here knows.
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { openModel } from '../../src/formats/open';
import type { Model } from '../../src/model/model';
import { analyseChannels } from '../../src/pruning/channels';
import { layerChannels } from '../../src/pruning/layer-channels';
import { inFolder } from '../data/folder';
import { predict, randomise, saveToFolder } from '../layers-model';
import { outputFor } from '../run';
import { tf } from '../tensorflow';
import { assertClose, drawn } from '../tensors';

interface JsonLayer {
  class_name: string;
  config: Record<string, unknown>;
}

interface JsonModel extends JsonLayer {
  config: Record<string, unknown> & { layers: JsonLayer[] };
}

/** Opens a model whose file is changed before. */
async function opened(model: tf.LayersModel, change: (json: JsonModel) => void): Promise<Model> {
  let result: Model | undefined;
  await inFolder(async (folder) => {
    const path = await saveToFolder(model, folder);
    const json = JSON.parse(await readFile(path, 'utf8'));
    change(json.modelTopology);
    await writeFile(path, JSON.stringify(json));
    result = await openModel(path);
  });
  return result as Model;
}

const named = (json: JsonModel, name: string): JsonLayer =>
  json.config.layers.find(({ config }) => config.name === name) as JsonLayer;

/** Names of the layers that can be pruned. */
function prunable(model: Model): string[] {
  const layers = layerChannels(model, analyseChannels(model.graph));
  return layers.filter(({ frozen }) => frozen === undefined).map(({ name }) => name);
}

/** A dense layer for each name, one after the other. */
function chain(...names: readonly string[]): tf.LayersModel {
  const x = tf.input({ shape: [6] });
  const out = names.reduce<tf.SymbolicTensor>(
    (value, name) => tf.layers.dense({ units: 8, activation: 'relu', name }).apply(value) as tf.SymbolicTensor,
    x,
  );
  return randomise(tf.model({ inputs: x, outputs: out }), 1);
}

test('a functional model of a class of its own is read by its layers, and says so', async () => {
  const source = chain('a', 'b');
  const sample = drawn([2, 6], 1);
  const expected = predict(source, sample);
  await inFolder(async (folder) => {
    const path = await saveToFolder(source, folder);
    const json = JSON.parse(await readFile(path, 'utf8'));
    json.modelTopology.class_name = 'Distiller';
    await writeFile(path, JSON.stringify(json));
    const model = await openModel(path);
    assertClose(await outputFor(model.graph, sample), expected, 1e-5, 'outputs');
    assert.match(model.warnings.join(), /of the class "Distiller"/);
  });
});

test('behind an activation function nobody knows, only its layer is frozen', async () => {
  const model = await opened(chain('a', 'b', 'c', 'd'), (json) => {
    named(json, 'b').config.activation = 'my_function';
  });
  assert.deepEqual(prunable(model), ['a', 'c']);
  assert.match(model.warnings.join(), /"b": its activation "my_function" is opaque/);
});

test('an activation given as a layer is computed with its settings', async () => {
  const x = tf.input({ shape: [6] });
  const dense = tf.layers.dense({ units: 8, name: 'a' }).apply(x);
  const out = tf.layers.leakyReLU({ alpha: 0.7 }).apply(dense) as tf.SymbolicTensor;
  const apart = randomise(tf.model({ inputs: x, outputs: out }), 2);
  const sample = drawn([2, 6], 2);
  const expected = predict(apart, sample);
  const alone = tf.model({ inputs: x, outputs: dense as tf.SymbolicTensor });
  await inFolder(async (folder) => {
    const path = await saveToFolder(alone, folder);
    const json = JSON.parse(await readFile(path, 'utf8'));
    const config = { name: 'leaky', trainable: true, dtype: 'float32', alpha: 0.7 };
    named(json.modelTopology, 'a').config.activation = { class_name: 'LeakyReLU', config };
    await writeFile(path, JSON.stringify(json));
    assertClose(await outputFor((await openModel(path)).graph, sample), expected, 1e-5, 'outputs');
  });
});

test('an opaque layer whose file says no shape: what lies behind it can still be pruned', async () => {
  const x = tf.input({ shape: [8, 8, 3] });
  const conv = (value: unknown, filters: number, name: string): tf.SymbolicTensor =>
    tf.layers.conv2d({ filters, kernelSize: 3, name }).apply(value as tf.SymbolicTensor) as tf.SymbolicTensor;
  const scaled = tf.layers.activation({ activation: 'linear', name: 'scale' }).apply(conv(conv(x, 4, 'a'), 6, 'b'));
  const flat = tf.layers.flatten().apply(conv(scaled, 5, 'c')) as tf.SymbolicTensor;
  const source = tf.model({ inputs: x, outputs: tf.layers.dense({ units: 2 }).apply(flat) as tf.SymbolicTensor });
  const model = await opened(source, (json) => {
    named(json, 'scale').class_name = 'MyScale';
  });
  assert.deepEqual(prunable(model), ['a', 'c']);
});

test('an opaque layer that makes another shape than it reads: its channels are those the next layer has weights for', async () => {
  const model = await opened(chain('a', 'b', 'c', 'd'), (json) => {
    named(json, 'b').class_name = 'MyDense';
  });
  assert.deepEqual(prunable(model), ['c']);
  const narrowing = tf.sequential({
    layers: [
      tf.layers.dense({ units: 8, name: 'a', inputShape: [6] }),
      tf.layers.dense({ units: 3, name: 'b' }),
      tf.layers.dense({ units: 7, name: 'c' }),
      tf.layers.dense({ units: 2, name: 'd' }),
    ],
  });
  const other = await opened(narrowing, (json) => {
    named(json, 'b').class_name = 'MyDense';
  });
  assert.deepEqual(prunable(other), ['c']);
});

test('a shape that is guessed and does not fit is forgotten, and the model is read', async () => {
  const x = tf.input({ shape: [6, 4] });
  const turned = tf.layers.permute({ dims: [2, 1], name: 'turn' }).apply(x) as tf.SymbolicTensor;
  // One step of six channels; of the shape read, it would be two steps of four.
  const flat = tf.layers.flatten().apply(tf.layers.maxPooling1d({ poolSize: 3 }).apply(turned)) as tf.SymbolicTensor;
  const source = tf.model({ inputs: x, outputs: tf.layers.dense({ units: 2 }).apply(flat) as tf.SymbolicTensor });
  const model = await opened(source, (json) => {
    named(json, 'turn').class_name = 'MyTurn';
  });
  assert.match(model.warnings.join(), /flatten.*opaque/i);
});

test('a layer that computes in int8 is opaque: its weights are no values', async () => {
  const model = await opened(chain('a', 'b', 'c', 'd'), (json) => {
    named(json, 'b').config.dtype = {
      class_name: 'QuantizedDTypePolicy',
      config: { mode: 'int8', source_name: 'float32' },
    };
  });
  assert.deepEqual(prunable(model), ['c']);
  assert.match(model.warnings.join(), /"b".*opaque.*int8/);
});

test('a layer on every step of a sequence of open length is read and can be pruned', async () => {
  const x = tf.input({ shape: [null, 5] });
  const steps = tf.layers.timeDistributed({ layer: tf.layers.dense({ units: 6 }), name: 'steps' }).apply(x);
  const out = tf.layers.lstm({ units: 3 }).apply(steps as tf.SymbolicTensor) as tf.SymbolicTensor;
  const source = randomise(tf.model({ inputs: x, outputs: out }), 3);
  const sample = drawn([2, 7, 5], 3);
  await inFolder(async (folder) => {
    const model = await openModel(await saveToFolder(source, folder));
    assertClose(await outputFor(model.graph, sample), predict(source, sample), 1e-5, 'outputs');
    assert.deepEqual(prunable(model), ['steps']);
  });
});

test('an activation function without a name is opaque like one that nobody knows', async () => {
  const model = await opened(chain('a', 'b', 'c', 'd'), (json) => {
    named(json, 'b').config.activation = { value: ['4wEAAAA=', null, null] };
  });
  assert.deepEqual(prunable(model), ['a', 'c']);
});
