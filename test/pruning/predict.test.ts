// What a cut will cost is known before it is made: predicted figures are those of the model really cut.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Model } from '../../src/model/model';
import { costOf } from '../../src/ops/cost';
import { analyseChannels } from '../../src/pruning/channels';
import { cut } from '../../src/pruning/cut';
import { familiesOf } from '../../src/pruning/families';
import { costPredictor, goneOf, predictCost } from '../../src/pruning/predict';
import { random } from '../../src/random';
import { ARCHITECTURE_NAMES, smallArchitecture } from '../small-architecture';
import { networkOf, recipes } from './random-network';

/** A share of every family, but never all of one. */
function drawnFrom(model: Model, seed: number, share: number): Set<number> {
  const source = random('drawn', seed);
  return new Set(
    familiesOf(analyseChannels(model.graph)).flatMap(({ channels }) =>
      channels.slice(1).filter(() => source.next() < share),
    ),
  );
}

function really(model: Model, removed: ReadonlySet<number>) {
  return costOf({ ...model, graph: cut(model.graph, analyseChannels(model.graph), removed) });
}

test('on random networks, the predicted cost of a cut is that of the model really cut, layer by layer', () => {
  let cuts = 0;
  fc.assert(
    fc.property(recipes, fc.constantFrom(0.2, 0.5, 0.9), (recipe, share) => {
      const model = networkOf(recipe);
      const removed = drawnFrom(model, recipe.seed, share);
      if (removed.size > 0) cuts++;
      assert.deepEqual(predictCost(model, analyseChannels(model.graph), removed), really(model, removed));
    }),
    { numRuns: 300, seed: 1 },
  );
  assert.ok(cuts > 150, `only ${cuts} of the networks had something to cut`);
});

for (const name of ARCHITECTURE_NAMES) {
  test(`on ${name}, one predictor foretells many cuts`, () => {
    const model = smallArchitecture(name);
    const channels = analyseChannels(model.graph);
    const families = familiesOf(channels);
    const predict = costPredictor(model, channels, families);
    assert.deepEqual(predict([]), costOf(model));
    for (const share of [0.1, 0.5, 0.8]) {
      const removed = drawnFrom(model, 1, share);
      const expected = really(model, removed);
      assert.ok(expected.parameters < costOf(model).parameters);
      assert.deepEqual(predict(goneOf(families, removed)), expected);
    }
  });
}

test('on random networks, families hold every channel that can be cut once, and each lies where its family does', () => {
  fc.assert(
    fc.property(recipes, (recipe) => {
      const channels = analyseChannels(networkOf(recipe).graph);
      const families = familiesOf(channels);
      const places = new Map<number, string[]>();
      for (const { value, axis } of channels.axes) {
        const counts = new Map<number, number>();
        for (const channel of channels.of(value, axis) ?? []) counts.set(channel, (counts.get(channel) ?? 0) + 1);
        for (const [channel, count] of counts) {
          if (channels.frozen(channel) !== undefined) continue;
          places.set(channel, [...(places.get(channel) ?? []), `${value} ${axis} ${count}`]);
        }
      }
      const told = families.flatMap((family) => family.channels.map((channel) => [channel, family] as const));
      assert.equal(told.length, places.size);
      for (const [channel, family] of told) {
        assert.deepEqual(
          family.places.map(({ value, axis, count }) => `${value} ${axis} ${count}`),
          places.get(channel),
        );
      }
      const signatures = families.map((family) => JSON.stringify(family.places));
      assert.equal(new Set(signatures).size, families.length);
    }),
    { numRuns: 100, seed: 2 },
  );
});
