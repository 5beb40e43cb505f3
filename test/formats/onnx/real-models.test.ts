// ONNX files that nobody here made: read, cut and written back with nothing else changed.
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { openModel } from '../../../src/formats/open';
import { costOf } from '../../../src/ops/cost';
import { analyseChannels } from '../../../src/pruning/channels';
import { cut } from '../../../src/pruning/cut';
import { outputFor } from '../../run';
import { assertClose, drawn } from '../../tensors';

const SHARED = '../shared/models/onnx';
const FILES = [
  'hls4ml/separable_conv_model_ch_last.onnx',
  'mnistweb/mnist.onnx',
  'onnx-light/light_resnet50.onnx',
  'onnx-light/light_squeezenet.onnx',
  'onnx-light/light_vgg19.onnx',
  'silero/silero_vad_16k_op15.onnx',
  'ultraface/version-slim-320_simplified.onnx',
];

const folder = mkdtempSync(join(tmpdir(), 'neuron-pruner-onnx-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const missing = (path: string): false | string => (existsSync(path) ? false : `${path} is not there`);

for (const file of FILES) {
  const path = join(SHARED, file);
  test(`${file} comes back byte for byte where nothing was changed`, { skip: missing(path) }, async () => {
    const model = await openModel(path);
    const written = await model.container.write(model, join(folder, file));
    assert.ok(readFileSync(written).equals(readFileSync(path)));
  });
}

const MNIST = join(SHARED, 'mnistweb/mnist.onnx');

test('a cut model that was written computes what it computed in memory', { skip: missing(MNIST) }, async () => {
  const model = await openModel(MNIST);
  const channels = analyseChannels(model.graph);
  const all = new Set(channels.of(model.layers[0]?.output ?? '', 1));
  const free = [...all].filter((channel) => channels.frozen(channel) === undefined);
  assert.equal(free.length, 512);
  const graph = cut(model.graph, channels, new Set(free.filter((_, i) => i % 3 === 0)));
  const written = await openModel(await model.container.write({ ...model, graph }, join(folder, 'cut')));
  assert.equal(costOf(written).parameters, costOf({ ...model, graph }).parameters);
  const samples = drawn([3, 784], 'samples');
  assertClose(await outputFor(written.graph, samples), await outputFor(graph, samples), 1e-6, 'outputs');
});
