import assert from 'node:assert/strict';
import { test } from 'node:test';
import { analyseModel } from '../../src/language/model-analysis';
import { practiceModel, warmUp } from '../../src/language/warm-up';

test('the model that a server practises on is a whole one, with layers that can be pruned', () => {
  const analysis = analyseModel('/practice/model.json', JSON.stringify(practiceModel(2)));
  assert.deepEqual(analysis?.problems, []);
  const layers = analysis?.figures?.inspection.layers ?? [];
  assert.equal(layers.length, 2 + 2 * 5 + 2);
  assert.ok(layers.find(({ name }) => name === 'conv_0')?.prunable);
});

test('a server practises no longer than nobody wants anything else', async () => {
  let asked = 0;
  await warmUp(() => asked++ < 2);
  assert.equal(asked, 3);
});
