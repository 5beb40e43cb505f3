// Verification of pairs: thresholds, curves and equal error rates against counting by hand; descriptors of a network.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { PairSplit, Split } from '../../src/data/dataset';
import { describe } from '../../src/evaluation/descriptors';
import { DISTANCES } from '../../src/evaluation/distances';
import { sampleCount } from '../../src/evaluation/outcomes';
import { samplesToNotice, smallestLoss } from '../../src/evaluation/permutation';
import { bestThreshold, equalErrorRate, rocCurve, verifyModel } from '../../src/evaluation/verification';
import { loadValues } from '../../src/model/values';
import { ourModel, predict, randomise } from '../layers-model';
import { engine } from '../run';
import { splitOf } from '../split';
import { tf } from '../tensorflow';
import { drawn } from '../tensors';

const pairs = fc.array(fc.record({ distance: fc.integer({ min: 0, max: 12 }), same: fc.boolean() }), {
  minLength: 1,
  maxLength: 40,
});

function split(list: readonly { distance: number; same: boolean }[]) {
  return { distances: list.map(({ distance }) => distance), same: list.map(({ same }) => (same ? 1 : 0)) };
}

function rightAt(threshold: number, distances: readonly number[], same: readonly number[]): number {
  return distances.filter((distance, i) => (distance < threshold ? 1 : 0) === same[i]).length;
}

test('no threshold gets more pairs right than the best one', () => {
  fc.assert(
    fc.property(pairs, (list) => {
      const { distances, same } = split(list);
      const best = rightAt(bestThreshold(distances, same), distances, same);
      for (let threshold = -0.5; threshold <= 13; threshold += 0.5) {
        assert.ok(rightAt(threshold, distances, same) <= best);
      }
    }),
    { seed: 1 },
  );
});

test('the curve goes from nothing to all, and each of its points is that of a threshold', () => {
  fc.assert(
    fc.property(pairs, (list) => {
      const { distances, same } = split(list);
      const [positives, negatives] = [1, 0].map((kind) => same.filter((value) => value === kind).length);
      const curve = rocCurve(distances, same);
      const share = (threshold: number, kind: number, of = 0): number =>
        distances.filter((distance, i) => distance <= threshold && same[i] === kind).length / Math.max(1, of);
      const levels = [...new Set(distances)].sort((a, b) => a - b);
      assert.deepEqual(
        curve.slice(1),
        levels.map((level) => ({
          falsePositive: share(level, 0, negatives),
          truePositive: share(level, 1, positives),
        })),
      );
      const rate = equalErrorRate(curve);
      assert.ok(rate >= 0 && rate <= 1);
    }),
    { seed: 1 },
  );
});

test('the equal error rate: 0 where a threshold parts all, ½ where distances say nothing, the crossing in between', () => {
  assert.equal(equalErrorRate(rocCurve([1, 2, 3, 4], [1, 1, 0, 0])), 0);
  assert.equal(equalErrorRate(rocCurve([1, 1, 1, 1], [1, 0, 1, 0])), 0.5);
  assert.equal(equalErrorRate(rocCurve([1, 2, 3, 4], [1, 0, 1, 0])), 0.5);
  assert.equal(equalErrorRate(rocCurve([1, 2, 3, 4, 5, 6, 7, 8], [1, 1, 1, 0, 1, 0, 0, 0])), 0.25);
  assert.equal(equalErrorRate(rocCurve([3, 4, 1, 2], [1, 1, 0, 0])), 1);
});

test('cosine and Bray–Curtis distances', () => {
  const [cosine, brayCurtis] = DISTANCES;
  const [a, b] = [Float32Array.of(1, 2, 0), Float32Array.of(2, 0, 1)];
  assert.ok(Math.abs((cosine?.of(a, b) ?? 0) - (1 - 2 / 5)) < 1e-6);
  assert.equal(brayCurtis?.of(a, b), 4 / 6);
  for (const distance of DISTANCES) {
    assert.ok(Math.abs(distance.of(a, a)) < 1e-6);
    assert.equal(distance.of(new Float32Array(3), new Float32Array(3)), 1, 'nothing is like nothing by chance');
  }
});

const network = randomise(
  tf.sequential({
    layers: [
      tf.layers.dense({ inputShape: [4], units: 6, activation: 'relu', name: 'hidden' }),
      tf.layers.dropout({ rate: 0.5, name: 'dropout' }),
      tf.layers.dense({ units: 3, activation: 'softmax', name: 'classes' }),
    ],
  }),
  2,
);
const SAMPLES = drawn([300, 4], 'faces');

test('a descriptor is what the layer of classes reads', async () => {
  const { graph } = await ourModel(network);
  const { width, values } = await describe(engine, graph, await loadValues(graph), splitOf(SAMPLES));
  const hidden = tf.model({ inputs: network.inputs, outputs: network.layers[0]?.output as tf.SymbolicTensor });
  const expected = predict(hidden, SAMPLES).data as Float32Array;
  assert.equal(width, 6);
  values.forEach((value, i) => {
    assert.ok(Math.abs(value - (expected[i] as number)) < 1e-5);
  });
});

test('a model tells a picture from others: each is compared with itself and with another', async () => {
  const { graph } = await ourModel(network);
  const images: Split = { ...splitOf(SAMPLES), targets: [] };
  const order = Uint32Array.from({ length: 200 }, (_, i) => i % 100);
  const compared: PairSplit = {
    images,
    first: order,
    second: order.map((index, i) => (i < 100 ? index : index + 100)),
    same: Uint8Array.from(order, (_, i) => (i < 100 ? 1 : 0)),
  };
  const { test: tested, records } = await verifyModel(engine, graph, await loadValues(graph), {
    validation: compared,
    test: compared,
  });
  assert.deepEqual(
    records.map(({ distance }) => distance),
    ['cosine', 'bray-curtis'],
  );
  assert.equal(sampleCount(tested.outcomes), 200);
  assert.ok(tested.score > 0.9, `accuracy ${tested.score}`);
  assert.equal(tested.score, records[0]?.accuracy);
  for (const { curve, equalErrorRate: rate } of records) {
    assert.ok(curve.length <= 101 && rate < 0.1);
    assert.deepEqual(curve.at(-1), { falsePositive: 1, truePositive: 1 });
  }
});

test('how many samples it takes to notice a loss', () => {
  // Five losses and no gain have p = 1/32, four 1/16.
  assert.equal(smallestLoss(250, 0.05), 0.02);
  assert.equal(samplesToNotice(0.02, 0.05), 250);
  assert.equal(samplesToNotice(0.1, 0.05), 50);
});
