// Shapes that a config states follow the widths of its layers.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { changedBuild, changedShape } from '../../src/formats/keras/stated-shapes';
import { BATCH } from '../../src/model/graph';

const BEFORE = [BATCH, 5, 8];
const AFTER = [BATCH, 5, 6];

test('a size that changed is stated anew, what is open stays open', () => {
  assert.deepEqual(changedShape([null, 5, 8], BEFORE, AFTER), [null, 5, 6]);
  assert.deepEqual(changedShape([5, 8], BEFORE, AFTER), [5, 6]);
});

test('a batch whose size the file states keeps it', () => {
  assert.deepEqual(changedShape([4, 5, 8], BEFORE, AFTER), [4, 5, 6]);
  assert.deepEqual(changedBuild({ input_shape: [4, 5, 8] }, [BEFORE], [AFTER]), { input_shape: [4, 5, 6] });
});

test('a shape of something else stays as it is', () => {
  assert.deepEqual(changedShape([null, 7, 8], BEFORE, AFTER), [null, 7, 8]);
});
