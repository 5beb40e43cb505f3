// What a recipe comes to is told before it runs, and is what the model then costs.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { buildModel } from '../../src/architectures/index';
import { costOf } from '../../src/ops/cost';
import { cut } from '../../src/pruning/cut';
import { measureOf } from '../../src/pruning/relevance/index';
import { measureRelevance } from '../../src/pruning/relevance/score';
import { Predictor } from '../../src/session/predict';
import { makeRecipe } from '../../src/session/recipe';
import { candidatesFor } from '../../src/session/stages/candidates';
import { methodOf } from '../../src/session/stages/choosing';
import { quantizedModel } from '../../src/session/stages/quantize';
import { engine } from '../run';

const folder = mkdtempSync(join(tmpdir(), 'predict-'));
after(() => rmSync(folder, { recursive: true }));
const model = buildModel('lenet5', { inputShape: [28, 28, 1], classes: 10, seed: 1 });
const path = await model.container.write(model, join(folder, 'lenet'));
const predictor = new Predictor();

const recipeWith = (prune: object) => makeRecipe({ model: path, data: { source: 'digits' }, prune }, folder, 'test');
const relevanceBy = (measure: string) =>
  measureRelevance(measureOf(measure), model, engine, undefined, { k: 4, seed: 1 });

/** The model cut in one go by what a recipe says. */
async function reallyCut(prune: object, measure: string) {
  const recipe = recipeWith(prune);
  const candidates = candidatesFor(recipe.prune, model, await relevanceBy(measure));
  const { channels, removed } = methodOf(recipe.prune, model).plan(model, candidates, 1);
  return costOf({ ...model, graph: cut(model.graph, channels, removed) });
}

for (const [prune, measure] of [
  [{ method: 'ratio', ratio: 0.3, measure: 'l1' }, undefined],
  [{ method: 'ratio', ratios: { dense: 0.9, conv1: 0 }, measure: 'l2', multiple: 8 }, undefined],
  [{ method: 'global', ratio: 0.4, measure: 'l1' }, 'l1'],
  [{ method: 'global', ratio: 0.4, measure: 'lamp', isomorphic: true, protect: ['conv1'] }, 'lamp'],
  [{ method: 'target', target: { macs: 0.5 }, measure: 'l2', minimumWidth: 4 }, 'l2'],
] as const) {
  test(`${JSON.stringify(prune)} is predicted as it is then cut`, async () => {
    const prediction = await predictor.predict(recipeWith(prune));
    const expected = await reallyCut(prune, prune.measure);
    assert.deepEqual(prediction.after, {
      parameters: expected.parameters,
      macs: expected.macs,
      bytes: expected.bytes,
    });
    assert.equal(prediction.measure, measure);
    for (const { name, parameters, macs } of expected.layers) {
      const own = prediction.layers.find((layer) => layer.name === name)?.after;
      assert.deepEqual([own?.parameters, own?.macs], [parameters, macs]);
    }
  });
}

for (const quantize of ['float16', 'uint8'] as const) {
  test(`kernels that will be stored as ${quantize} are predicted as they are then stored`, async () => {
    const prune = { method: 'ratio', ratio: 0.3, measure: 'l1' };
    const recipe = makeRecipe({ model: path, data: { source: 'digits' }, prune, quantize }, folder, 'test');
    const { channels, removed } = methodOf(recipe.prune, model).plan(
      model,
      candidatesFor(recipe.prune, model, undefined),
      1,
    );
    const stored = await quantizedModel({ ...model, graph: cut(model.graph, channels, removed) }, quantize);
    const { after: left, before, iterations } = await predictor.predict(recipe);
    assert.equal(left.bytes, costOf(stored).bytes);
    assert.equal(before.bytes, costOf(model).bytes);
    assert.equal(iterations.at(-1), `weights as ${quantize}`);
  });
}

test('maxout put on a network and cut to one neuron a unit leaves a k-th of the neurons', async () => {
  const { after: left, layers } = await predictor.predict(recipeWith({ method: 'maxout', k: 4 }));
  assert.equal(left.parameters, 431_080 - 375 * 801 - 375 * 10);
  assert.equal(layers.find(({ name }) => name === 'dense')?.after?.channels, 125);
});

test('until a measure that reads data is taken, l1 stands in for it, and the prediction says so', async () => {
  const recipe = recipeWith({ method: 'global', ratio: 0.3, measure: 'apoz' });
  const before = await predictor.predict(recipe);
  assert.equal(before.measure, 'l1');
  const scores = (await relevanceBy('random')).map((own) => ({ ...own, observations: 10 }));
  await predictor.remember(path, 'apoz', 4, scores);
  const after = await predictor.predict(recipe);
  assert.equal(after.measure, 'apoz');
  assert.notDeepEqual(after.after, before.after);
});
