// A plan made for data becomes one that needs none, and that the command line prunes by as it is.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { buildModel } from '../../src/architectures/index';
import { planWithoutData } from '../../src/editor/plan-without-data';
import type { MeasureChoice, RecipeFile } from '../../src/protocol/session';
import { MEASURES } from '../../src/pruning/relevance/index';
import { makeRecipe } from '../../src/session/recipe';
import { pruneWithoutData } from '../../src/session/without-data';
import { inFolder } from '../data/folder';

const measures: MeasureChoice[] = [...MEASURES.values()];

test('a search on data becomes a share of every layer by its weights', () =>
  inFolder(async (folder) => {
    const model = buildModel('lenet5', { inputShape: [28, 28, 1], classes: 10, seed: 1 });
    const path = await model.container.write(model, join(folder, 'net'));
    const search: RecipeFile = {
      model: path,
      data: { source: 'digits' },
      prune: { method: 'search', measure: 'taylor', layers: ['dense'] },
      retrain: { distillation: {} },
      weights: { keep: 0.4, iterations: 3 },
      until: 'significant',
      metric: 'accuracy',
    };
    const plan = planWithoutData(search, measures);
    assert.deepEqual(plan.prune, { method: 'ratio', iterations: 1, layers: ['dense'] });
    const taken = makeRecipe(plan, folder, 'the plan');
    assert.equal(taken.prune.measure, 'l1');
    const { out, after, before } = await pruneWithoutData(taken);
    assert.ok(existsSync(join(out, 'model.json')));
    assert.ok(after.parameters < before.parameters);
  }));

test('a measure of weights, a size and layers that were chosen stay', () => {
  const prune = { method: 'target', target: { macs: 0.5 }, measure: 'lamp' } as const;
  const plan = planWithoutData({ model: '/m/model.json', data: { source: 'digits' }, prune }, measures);
  assert.deepEqual(plan, {
    model: '/m/model.json',
    prune: { ...prune, iterations: 1 },
    retrain: { epochs: 0 },
  });
});
