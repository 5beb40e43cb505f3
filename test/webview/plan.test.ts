import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { RecipeFile } from '../../src/protocol/recipe-file';
import { hyperparametersOf } from '../../src/session/hyperparameters';
import { makeRecipe } from '../../src/session/recipe';
import { parseUntil } from '../../src/session/until';
import { parseNumber } from '../../webview/parts/number-field-text';
import { includedLayers } from '../../webview/plan/layer-choice';
import {
  boundsOf,
  pruneFields,
  pruneOf,
  retrainOf,
  withMeasure,
  withPrune,
  withRetrain,
} from '../../webview/plan/settings';
import { targetOf, withTarget } from '../../webview/plan/target';
import { withBelow } from '../../webview/plan/threshold';
import { untilOf, withUntil } from '../../webview/plan/until';
import { prediction, recipe } from './made';

function accepted(file: RecipeFile): ReturnType<typeof makeRecipe> {
  return makeRecipe(file, '/', 'the test');
}

describe("the panel's plan", () => {
  it('shows the very defaults that a session takes', () => {
    const bare: RecipeFile = { model: '/m/model.json', data: { source: 'digits' } };
    const { layers: _, target: __, normalization: ___, ...taken } = accepted(bare).prune;
    assert.deepEqual(pruneOf(bare), taken);
    const retrain = accepted(bare).retrain;
    for (const model of [{ maxout: true }, { compiled: { name: 'adam' }, maxout: false }] as const) {
      assert.deepEqual(retrainOf(bare, model), { ...retrain, ...hyperparametersOf(retrain, model) });
    }
  });

  it('shows the measure that a session takes where none is chosen', () => {
    const { data: _, ...withoutData } = recipe;
    for (const file of [recipe, withoutData, withPrune(recipe, { k: 2 }), withPrune(recipe, { method: 'search' })]) {
      const unnamed = withMeasure(file, undefined);
      assert.equal(pruneOf(unnamed).measure, accepted(unnamed).prune.measure);
    }
    assert.equal(pruneOf(withMeasure(recipe, undefined)).measure, 'taylor');
  });

  it('makes recipes that a session takes as they are', () => {
    const changed = [
      withPrune(recipe, { method: 'global', measure: 'l1', iterations: 5 }),
      withTarget(withPrune(recipe, { method: 'target' }), { figure: 'macs', limit: 0.3 }),
      withBelow(recipe, 'dense', 77, 256),
      withRetrain(recipe, { epochs: 1, optimizer: 'adam' }),
      withUntil(recipe, { rule: 'size', figure: 'bytes', limit: 20, unit: '%' }),
    ];
    for (const file of changed) assert.doesNotThrow(() => accepted(file));
  });

  it('reads and writes every stop rule', () => {
    for (const until of [undefined, 'significant', 'parameters<=20%', 'macs<=1000000', 'bytes<=0.5%']) {
      const file = until === undefined ? recipe : { ...recipe, until };
      assert.deepEqual(withUntil(file, untilOf(file)), file);
      if (until !== undefined) assert.doesNotThrow(() => parseUntil(until));
    }
  });

  it('keeps one target', () => {
    const first = withTarget(recipe, { figure: 'parameters', limit: 0.5 });
    assert.deepEqual(targetOf(withTarget(first, { figure: 'bytes', limit: 0.2 })), { figure: 'bytes', limit: 0.2 });
  });

  it('includes the layers it names, else those that get narrower', () => {
    assert.deepEqual([...includedLayers(recipe, prediction)], ['dense']);
    assert.deepEqual([...includedLayers(withPrune(recipe, { layers: ['conv2d'] }), prediction)], ['conv2d']);
    assert.deepEqual([...includedLayers(recipe, undefined)], []);
  });

  it('takes a layer that one of its parts is named of', () => {
    const figures = { parameters: 0, macs: 0, bytes: 0 };
    const parts = (query: number, output: number) => [
      { name: 'attention/query', channels: query },
      { name: 'attention/output', channels: output },
    ];
    const attention = {
      name: 'attention',
      before: { ...figures, channels: 40, parts: parts(24, 16) },
      after: { ...figures, channels: 28, parts: parts(12, 16) },
    };
    const known = { ...prediction, layers: [...prediction.layers, attention] };
    assert.deepEqual([...includedLayers(recipe, known)], ['dense', 'attention']);
    assert.ok(includedLayers(withPrune(recipe, { layers: ['attention/query'] }), known).has('attention'));
    assert.ok(includedLayers(recipe, { ...known, open: ['attention/query'] }).has('attention'));
  });

  it('leaves out what a recipe protects, also where it names it', () => {
    const layers = ['conv2d', 'dense'];
    assert.deepEqual([...includedLayers(withPrune(recipe, { layers, protect: ['dense'] }), prediction)], ['conv2d']);
  });
});

describe('a number field', () => {
  it('takes numbers within the bounds of the schema', () => {
    const bounds = boundsOf(pruneFields.k);
    assert.equal(parseNumber('4', bounds), 4);
    assert.equal(parseNumber('1', bounds), 'At least 2.');
    assert.equal(parseNumber('65', bounds), 'At most 64.');
    assert.equal(parseNumber('2.5', bounds), '2.5 is not a whole number.');
  });

  it('takes a decimal comma, and nothing that is no number', () => {
    assert.equal(parseNumber('0,5', {}), 0.5);
    for (const text of ['', ' ', 'x', '1e999', '1 2']) assert.equal(typeof parseNumber(text, {}), 'string');
  });
});
