// What tensorflowjs_converter makes of a .keras archive keeps the archive's names of weights.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openModel } from '../../src/formats/open';
import { inFolder } from '../data/folder';
import { predict, randomise } from '../layers-model';
import { outputFor } from '../run';
import { tf } from '../tensorflow';
import { assertClose, drawn } from '../tensors';
import { type ModelJson, writeTfjs } from './tfjs-folder';

/** Layers of one shape, in another order than their names say. */
function network(): tf.LayersModel {
  const names = ['dense_1', 'dense', 'head'];
  const layers = names.map((name, i) => tf.layers.dense({ units: 6, name, ...(i === 0 && { inputShape: [6] }) }));
  return randomise(tf.sequential({ layers }), 2);
}

function withArchivedNames({ weightsManifest }: ModelJson): void {
  weightsManifest[0]?.weights.forEach((entry, i) => {
    const layer = Math.floor(i / 2);
    entry.name = `layers/dense${layer === 0 ? '' : `_${layer}`}/vars/${i % 2}`;
  });
}

test('weights under the names of an archive are found by class and number, and come back under them', () =>
  inFolder(async (folder) => {
    const source = network();
    const sample = drawn([2, 6], 1);
    const model = await openModel(await writeTfjs(source, folder, { change: withArchivedNames }));
    assertClose(await outputFor(model.graph, sample), predict(source, sample), 1e-5, 'outputs');
    const again = await openModel(await model.container.write(model, `${folder}/again`));
    assert.deepEqual([...again.graph.weights.keys()], [...model.graph.weights.keys()]);
    assert.ok(again.graph.weights.has('layers/dense_2/vars/1'));
  }));
