// Pruned weights that are left out of the file: what is written opens in onnxruntime and here, computes the same, and is smaller.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { GraphField, ModelField } from '../../src/formats/onnx/messages';
import { scanModel } from '../../src/formats/onnx/scan';
import { openModel } from '../../src/formats/open';
import type { Model } from '../../src/model/model';
import { sparseElements, sparselyStored, storedBytes } from '../../src/model/sparse';
import { loadValues, withValues } from '../../src/model/values';
import { byteCount, float32Weight } from '../../src/model/weight';
import { costOf } from '../../src/ops/cost';
import { analyseChannels } from '../../src/pruning/channels';
import { cut } from '../../src/pruning/cut';
import { sparsify } from '../../src/pruning/sparsify';
import { makeRecipe } from '../../src/session/recipe';
import { sparseModel, sparseStages } from '../../src/session/stages/sparse';
import { runFile } from '../onnx-file';
import { outputFor } from '../run';
import { assertClose, drawn } from '../tensors';
import { weakestChannels } from './onnx/weakest';

const folder = mkdtempSync(join(tmpdir(), 'neuron-pruner-sparse-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const SAMPLES = drawn([2, 3, 8, 8], 'samples');

async function pruned(name: string, keep: number): Promise<Model> {
  const model = await openModel(`test/fixtures/onnx/${name}.onnx`);
  const values = await loadValues(model.graph);
  return { ...model, graph: withValues(model.graph, sparsify(model.graph, values, keep).values, values) };
}

for (const name of ['residual-dynamo', 'residual-script']) {
  test(`${name}: onnxruntime opens what is left of the weights, and so do we`, async () => {
    const dense = await pruned(name, 0.1);
    const sparse = await sparseModel(dense);
    assert.ok(costOf(sparse).bytes < 0.7 * costOf(dense).bytes, `${costOf(sparse).bytes} of ${costOf(dense).bytes}`);
    const expected = await outputFor(dense.graph, SAMPLES);
    const whole = await dense.container.write(dense, join(folder, `${name}-dense`));
    const written = await sparse.container.write(sparse, join(folder, `${name}-sparse`));
    assert.ok(statSync(written).size < statSync(whole).size - 0.8 * (costOf(dense).bytes - costOf(sparse).bytes));
    assert.ok(scanModel(written).message(ModelField.graph)?.has(GraphField.sparseInitializer));
    assert.ok(scanModel(written).integer(ModelField.irVersion) >= 6);
    assertClose(await runFile(written, SAMPLES), expected, 1e-5, 'onnxruntime');
    const again = await openModel(written);
    assert.equal(costOf(again).bytes, costOf(sparse).bytes);
    assertClose(await outputFor(again.graph, SAMPLES), expected, 1e-6, 'read again');
    const channels = analyseChannels(again.graph);
    const removed = await weakestChannels(again, channels, 0.3);
    const smaller = { ...again, graph: cut(again.graph, channels, removed) };
    const small = await smaller.container.write(smaller, join(folder, `${name}-cut`));
    assertClose(await runFile(small, SAMPLES), await outputFor(smaller.graph, SAMPLES), 1e-5, 'cut');
  });
}

test('a layer that would not get smaller stays whole', async () => {
  const half = float32Weight('half', [2, 3], Float32Array.of(1, 0, 2, 0, 3, 0));
  assert.equal(await sparselyStored(half), half);
  const few = await sparselyStored(float32Weight('few', [2, 3], Float32Array.of(0, 0, 0, 0, 3, 0)));
  assert.equal(byteCount(few), 12);
  assert.equal((await storedBytes(few)).length, 12);
  const { values, places } = await sparseElements(few);
  assert.deepEqual([...new Float32Array(values.buffer)], [3]);
  assert.deepEqual([...places], [4n]);
});

test('formats without a place for it, and weights in fewer bits, are said', async () => {
  const model = await openModel('test/fixtures/onnx/residual-dynamo.onnx');
  const recipe = (more: object) =>
    makeRecipe({ model: 'model.onnx', weights: { keep: 0.1, sparse: true }, ...more }, '/', 'The test');
  assert.equal(sparseStages(recipe({}), model).length, 1);
  assert.equal(sparseStages(recipe({ weights: { keep: 0.1 } }), model).length, 0);
  assert.throws(() => sparseStages(recipe({ quantize: 'float16' }), model), /stored whole: choose between/);
  const { sparse: _, ...container } = model.container;
  const tfjs = { ...model, container: { ...container, format: 'tfjs' } as const };
  assert.throws(() => sparseStages(recipe({}), tfjs), /A TensorFlow.js model has no place for sparse weights/);
});
