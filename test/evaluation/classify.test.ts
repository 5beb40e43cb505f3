// The class a model gives each sample, and its accuracy.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accuracyOf, classify, outcomes } from '../../src/evaluation/classify';
import type { Tensor } from '../../src/model/tensor';
import { loadValues } from '../../src/model/values';
import { ourModel, predict, randomise } from '../layers-model';
import { engine } from '../run';
import { splitOf } from '../split';
import { tf } from '../tensorflow';
import { drawn } from '../tensors';

/** More than one batch, and a rest. */
const SAMPLES = drawn([333, 5], 'samples');

async function classesBy(network: tf.LayersModel): Promise<number[]> {
  const { graph } = await ourModel(network);
  return [...(await classify(engine, graph, await loadValues(graph), splitOf(SAMPLES)))];
}

function rowsOf({ shape, data }: Tensor): number[][] {
  const [count = 0, width = 0] = shape;
  return Array.from({ length: count }, (_, i) => Array.from(data as Float32Array).slice(i * width, (i + 1) * width));
}

for (const activation of ['softmax', 'linear'] as const) {
  test(`with ${activation} scores, a sample is of the class that scores highest`, async () => {
    const network = tf.sequential({ layers: [tf.layers.dense({ inputShape: [5], units: 4, activation })] });
    randomise(network, 1);
    const expected = rowsOf(predict(network, SAMPLES)).map((row) => row.indexOf(Math.max(...row)));
    assert.equal(new Set(expected).size, 4);
    assert.deepEqual(await classesBy(network), expected);
  });
}

test('with one score, a sample is of class 1 where it is above a half', async () => {
  const network = tf.sequential({ layers: [tf.layers.dense({ inputShape: [5], units: 1, activation: 'sigmoid' })] });
  randomise(network, 2);
  const expected = rowsOf(predict(network, SAMPLES)).map(([score = 0]) => (score > 0.5 ? 1 : 0));
  assert.deepEqual([...new Set(expected)].sort(), [0, 1]);
  assert.deepEqual(await classesBy(network), expected);
});

test('accuracy is the share of samples whose class is their label', () => {
  const split = { ...splitOf(drawn([4, 1], 'four')), labels: Int32Array.of(0, 1, 2, 1) };
  const right = outcomes(Int32Array.of(0, 1, 1, 1), split);
  assert.deepEqual([...right], [1, 1, 0, 1]);
  assert.equal(accuracyOf(right), 0.75);
  assert.equal(accuracyOf(new Uint8Array()), 0);
});
