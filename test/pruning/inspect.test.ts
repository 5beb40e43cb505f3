// What inspect and a plan say of layers that make channels of several kinds.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { openModel } from '../../src/formats/open';
import { inspectModel, type LayerInspection } from '../../src/pruning/inspect';
import { Predictor } from '../../src/session/predict';
import { makeRecipe } from '../../src/session/recipe';
import { ourModel } from '../layers-model';
import { tf } from '../tensorflow';

const ATTENTION = join('test', 'fixtures', 'keras', 'attention.keras');

const layerOf = (layers: readonly LayerInspection[], type: string): LayerInspection =>
  layers.find((layer) => layer.type === type) as LayerInspection;

test('an attention can be pruned by whole heads, though what it puts out is kept', async () => {
  const attention = layerOf(inspectModel(await openModel(ATTENTION)).layers, 'MultiHeadAttention');
  assert.equal(attention.prunable, true);
  assert.equal(attention.reason, undefined);
  assert.equal(attention.coupled, undefined);
  const parts = attention.parts?.map(({ name, channels, together, reason }) => [
    name.slice(attention.name.length + 1),
    channels,
    together,
    reason === undefined,
  ]);
  assert.deepEqual(parts, [
    ['query', 24, 3, true],
    ['key', 24, 3, true],
    ['value', 24, 3, true],
    ['attention_output', 10, 1, false],
  ]);
  assert.equal(attention.channels, 82);
  assert.deepEqual(attention.parts?.[0]?.coupled, [`${attention.name}/key`, `${attention.name}/value`]);
});

test('a plan says what is left of each of its parts', async () => {
  const recipe = { model: ATTENTION, prune: { method: 'ratio', ratio: 0.5, measure: 'l1' } };
  const { layers } = await new Predictor().predict(makeRecipe(recipe as never, '.', 'The recipe'));
  const attention = layers.find(({ before }) => before.parts !== undefined);
  assert.deepEqual([attention?.before.channels, attention?.after?.channels], [82, 46]);
  assert.deepEqual(
    attention?.after?.parts?.map(({ channels }) => channels),
    [12, 12, 12, 10],
  );
});

test('of cells on cells each is shown', async () => {
  const cells = [tf.layers.lstmCell({ units: 4 }), tf.layers.gruCell({ units: 6 })];
  const network = tf.sequential({
    layers: [
      tf.layers.rnn({ cell: tf.layers.stackedRNNCells({ cells }), inputShape: [4, 3] }),
      tf.layers.dense({ units: 2 }),
    ],
  });
  const { channels, prunable, parts } = layerOf(inspectModel(await ourModel(network)).layers, 'RNN');
  assert.equal(channels, 10);
  assert.equal(prunable, true);
  assert.deepEqual(
    parts?.map((part) => [part.channels, part.reason]),
    [
      [4, undefined],
      [6, undefined],
    ],
  );
});

test('a layer with one kind of channels has no parts, and says how many go at a time', async () => {
  const { layers } = inspectModel(await openModel(join('test', 'fixtures', 'keras', 'group-normalization.keras')));
  const grouped = layers.find(({ together }) => together !== undefined);
  assert.ok((grouped?.together ?? 0) > 1);
  assert.ok(layers.every(({ parts }) => parts === undefined));
});
