import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildModel, madeFor } from '../src/architectures/index';
import { costOf } from '../src/ops/cost';
import { analyseChannels } from '../src/pruning/channels';
import { layerChannels } from '../src/pruning/layer-channels';

test('VGG16 at its full size has the 138,357,544 parameters of its paper', () => {
  const model = buildModel('vgg16', { ...madeFor('vgg16'), seed: 1 });
  assert.equal(costOf(model).parameters, 138_357_544);
  const widths = layerChannels(model, analyseChannels(model.graph)).map(({ channels }) => channels.length);
  assert.deepEqual(widths, [64, 64, 128, 128, 256, 256, 256, 512, 512, 512, 512, 512, 512, 4096, 4096, 1000]);
});

test('a width makes every layer of VGG16 but the last narrower', () => {
  const model = buildModel('vgg16', { inputShape: [64, 64, 3], classes: 100, seed: 1, width: 0.25 });
  const widths = layerChannels(model, analyseChannels(model.graph)).map(({ channels }) => channels.length);
  assert.deepEqual(widths, [16, 16, 32, 32, 64, 64, 64, 128, 128, 128, 128, 128, 128, 1024, 1024, 100]);
});

test('a picture that five poolings would make nothing of is refused', () => {
  assert.throws(
    () => buildModel('vgg16', { inputShape: [28, 28, 1], classes: 10, seed: 1 }),
    /vgg16 wants images of at least 32×32, the data's samples are \[28, 28, 1\]/,
  );
});

test('a width is refused for an architecture that has one', () => {
  assert.throws(
    () => buildModel('lenet5', { inputShape: [28, 28, 1], classes: 10, seed: 1, width: 0.5 }),
    /lenet5 has one width: leave out --width/,
  );
});
