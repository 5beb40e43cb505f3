// What goes together, as inspect tells it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildModel } from '../../src/architectures/index';
import { groupsOf } from '../../src/pruning/groups';

test('layers by themselves are groups of their own; neurons of a maxout unit go together', () => {
  const groups = groupsOf(buildModel('lenet5-maxout', { inputShape: [28, 28, 1], classes: 10, seed: 1 }));
  assert.deepEqual(groups, [
    { layers: [{ name: 'conv1', neurons: 1 }], channels: 20 },
    { layers: [{ name: 'conv2', neurons: 1 }], channels: 52 },
    { layers: [{ name: 'dense', neurons: 4 }], channels: 64 },
  ]);
});
