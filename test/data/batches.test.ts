import assert from 'node:assert/strict';
import { test } from 'node:test';
import { epochOrder, evaluationBatches, trainingBatches } from '../../src/data/batches';
import { UserError } from '../../src/errors';

const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i);
const flat = (batches: Iterable<Uint32Array>): number[] => [...batches].flatMap((batch) => [...batch]);
const sizes = (batches: Iterable<Uint32Array>): number[] => [...batches].map((batch) => batch.length);

test('an epoch order is a permutation, the same for the same seed and epoch, another one otherwise', () => {
  const order = [...epochOrder(100, 1, 2)];
  assert.deepEqual(
    order.toSorted((a, b) => a - b),
    upTo(100),
  );
  assert.deepEqual([...epochOrder(100, 1, 2)], order);
  assert.notDeepEqual([...epochOrder(100, 1, 3)], order);
  assert.notDeepEqual([...epochOrder(100, 2, 2)], order);
  assert.notDeepEqual(order, upTo(100));
});

test('training drops the last partial batch and follows the epoch order', () => {
  const batches = [...trainingBatches(10, 4, 7, 0)];
  assert.deepEqual(sizes(batches), [4, 4]);
  assert.deepEqual(flat(batches), [...epochOrder(10, 7, 0)].slice(0, 8));
  assert.deepEqual(sizes(trainingBatches(8, 4, 7, 0)), [4, 4]);
});

test('training without one full batch is an error, not an epoch of nothing', () => {
  assert.throws(() => trainingBatches(10, 11, 7, 0), UserError);
  assert.deepEqual(sizes(trainingBatches(10, 10, 7, 0)), [10]);
});

test('evaluation sees every sample once, in order', () => {
  assert.deepEqual(sizes(evaluationBatches(10, 4)), [4, 4, 2]);
  assert.deepEqual(flat(evaluationBatches(10, 4)), upTo(10));
  assert.deepEqual(sizes(evaluationBatches(0, 4)), []);
});
