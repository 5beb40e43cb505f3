// Recipes: checked against their schema, complete with defaults, run alike from a file and from options.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { recipeOf } from '../../src/cli/prune-recipe';
import { UserError } from '../../src/errors';
import { MEASURES } from '../../src/pruning/relevance/index';
import { USUAL_MEASURE } from '../../src/pruning/relevance/usual-measure';
import { makeRecipe, readRecipe } from '../../src/session/recipe';
import schema from '../../src/session/recipe.schema.json';
import { parseUntil, sizeReached } from '../../src/session/until';

const minimal = { model: 'model.json', data: { source: 'mnist' } };

test("a recipe of a model and data alone is complete: the paper's method with its settings", () => {
  const recipe = makeRecipe(minimal, '/work', 'test');
  assert.equal(recipe.model, '/work/model.json');
  assert.equal(recipe.data?.source, '/work/mnist');
  assert.deepEqual(recipe.prune, {
    method: 'maxout',
    k: 4,
    protect: [],
    measure: 'maxout',
    reduction: 'mean',
    ratio: 0.5,
    ratios: {},
    shrink: 'parameters',
    minimumWidth: 1,
    multiple: 1,
    isomorphic: false,
    approximate: false,
    iterations: 3,
  });
  assert.deepEqual(recipe.retrain, { epochs: 3, batch: 64 });
  assert.equal(recipe.seed, 1);
});

test('the measures a recipe may name are those there are', () => {
  const { measure } = schema.properties.prune.properties;
  assert.deepEqual([...measure.enum].sort(), [...MEASURES.keys()].sort());
});

test('a session that names no measure has the same one as a recipe and from options, and the schema says which', async () => {
  const data = { source: 'digits' };
  const ways: [flags: object, recipe: object, measure: string][] = [
    [{ data: 'digits' }, { data }, 'maxout'],
    [{ data: 'digits', ratio: 0.3 }, { data, prune: { method: 'ratio', ratio: 0.3 } }, 'taylor'],
    [{ data: 'digits', global: 0.3 }, { data, prune: { method: 'global', ratio: 0.3 } }, 'taylor'],
    [
      { data: 'digits', to: { macs: 0.5 }, k: 2 },
      { data, prune: { method: 'target', target: { macs: 0.5 }, k: 2 } },
      'maxout',
    ],
    [{ data: 'digits', until: 'significant' }, { data, prune: { method: 'search' }, until: 'significant' }, 'taylor'],
    [{ ratio: 0.3, retrain: false }, { prune: { method: 'ratio', ratio: 0.3 }, retrain: { epochs: 0 } }, 'l1'],
    [
      { data: 'digits', ratio: 0.3, measure: 'l2' },
      { data, prune: { method: 'ratio', ratio: 0.3, measure: 'l2' } },
      'l2',
    ],
  ];
  // Any file does: no recipe looks into its model.
  const model = resolve('package.json');
  for (const [flags, file, measure] of ways) {
    const asked = await recipeOf(model, { retrain: true, ...flags });
    const read = makeRecipe({ model, ...file }, process.cwd(), 'test');
    assert.deepEqual(read, asked);
    assert.equal(read.prune.measure, measure);
  }
  assert.ok(schema.properties.prune.properties.measure.description.includes(USUAL_MEASURE));
});

test('a search learns from the original, however it is asked for, unless it is told not to', async () => {
  const model = resolve('package.json');
  const asked = { retrain: true, data: 'digits', until: 'significant' };
  const read = (retrain: object) =>
    makeRecipe({ ...minimal, prune: { method: 'search' }, retrain }, '/work', 'test').retrain.distillation;
  for (const own of [(await recipeOf(model, asked)).retrain.distillation, read({}), read({ distillation: {} })])
    assert.deepEqual(own, { temperature: 4, weight: 0.5 });
  assert.deepEqual(read({ distillation: { weight: 0.9 } }), { temperature: 4, weight: 0.9 });
  for (const own of [
    (await recipeOf(model, { ...asked, distil: 0 })).retrain.distillation,
    read({ distillation: { weight: 0 } }),
  ])
    assert.equal(own, undefined);
  assert.equal(makeRecipe(minimal, '/work', 'test').retrain.distillation, undefined);
});

test('the built-in data keeps its name, other data becomes a path beside the recipe', () => {
  assert.equal(makeRecipe({ ...minimal, data: { source: 'digits' } }, '/work', 'test').data?.source, 'digits');
});

test('checking a recipe leaves what was given as it was', () => {
  const given = structuredClone(minimal);
  makeRecipe(given, '/work', 'test');
  assert.deepEqual(given, minimal);
});

const wrong: Record<string, [unknown, RegExp]> = {
  'an unknown field': [{ ...minimal, ratoi: 0.5 }, /unknown field "ratoi"/],
  'an unknown field inside': [{ ...minimal, prune: { kk: 4 } }, /prune has the unknown field "kk"/],
  'a ratio above 1': [{ ...minimal, prune: { ratio: 1.5 } }, /prune\.ratio must be < 1, not 1\.5/],
  'a k of 1': [{ ...minimal, prune: { k: 1 } }, /prune\.k must be >= 2/],
  'an unknown measure': [{ ...minimal, prune: { measure: 'l7' } }, /prune\.measure must be one of maxout, l1/],
  'a target without the figure': [
    { ...minimal, prune: { method: 'target' } },
    /prune must have required property 'target'/,
  ],
  'two targets': [
    { ...minimal, prune: { method: 'target', target: { macs: 0.5, bytes: 0.5 } } },
    /prune\.target must NOT have more than 1 propert/,
  ],
  'a ratio of a layer above 1': [{ ...minimal, prune: { ratios: { dense: 2 } } }, /prune\.ratios\.dense must be < 1/],
  'an unknown optimizer': [
    { ...minimal, retrain: { optimizer: 'lion' } },
    /retrain\.optimizer must be one of sgd, adam, adamw/,
  ],
  'no model': [{ data: { source: 'mnist' } }, /must have required property 'model'/],
  'a stop rule that is none': [{ ...minimal, until: 'soon' }, /until is a rule such as significant.* not "soon"/],
  'a list': [[], /must be object/],
};
for (const [what, [json, message]] of Object.entries(wrong)) {
  test(`a recipe with ${what} is refused, and the error says so`, () => {
    assert.throws(
      () => makeRecipe(json, '/work', 'a.prune.json'),
      (error) => error instanceof UserError && message.test(error.message),
    );
  });
}

test('a recipe file that is not JSON, or missing, gives one clear error', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'recipe-'));
  const path = join(folder, 'a.prune.json');
  writeFileSync(path, '{ "model": ');
  await assert.rejects(readRecipe(path), (error) => error instanceof UserError && /not valid JSON/.test(error.message));
  await assert.rejects(readRecipe(join(folder, 'b.prune.json')), UserError);
  rmSync(folder, { recursive: true });
});

test('a recipe file may begin with a byte order mark; one that is nested without end gives one clear error', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'recipe-'));
  try {
    const path = join(folder, 'a.prune.json');
    writeFileSync(path, `\uFEFF${JSON.stringify(minimal)}`);
    assert.equal((await readRecipe(path)).data?.source, join(folder, 'mnist'));
    for (const nested of [
      `{"data":${'['.repeat(50_000)}${']'.repeat(50_000)}}`,
      `${'{"a":'.repeat(9000)}1${'}'.repeat(9000)}`,
    ]) {
      writeFileSync(path, nested);
      await assert.rejects(
        readRecipe(path),
        (error) => error instanceof UserError && /nested deeper/.test(error.message),
      );
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('the stop rules are read as written', () => {
  const cost = { parameters: 100, macs: 1000, bytes: 400 };
  assert.equal(sizeReached(parseUntil('parameters<=20%'), cost, { ...cost, parameters: 20 }), true);
  assert.equal(sizeReached(parseUntil('parameters<=20%'), cost, { ...cost, parameters: 21 }), false);
  assert.equal(sizeReached(parseUntil('macs <= 500'), cost, { ...cost, macs: 500 }), true);
  assert.deepEqual(parseUntil('significant'), { rule: 'significant', level: 0.05 });
  assert.throws(() => parseUntil('parameters<20'), UserError);
});
