// What breaks other pruning tools, on files as PyTorch writes them (test/fixtures/onnx/generate.py).
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { openModel } from '../../../src/formats/open';
import type { Graph } from '../../../src/model/graph';
import type { Model } from '../../../src/model/model';
import { costOf } from '../../../src/ops/cost';
import { inferShapes } from '../../../src/ops/infer';
import { analyseChannels } from '../../../src/pruning/channels';
import { cut } from '../../../src/pruning/cut';
import { layerChannels } from '../../../src/pruning/layer-channels';
import { mask } from '../../../src/pruning/mask';
import { outputFor } from '../../run';
import { assertClose, drawn } from '../../tensors';
import { weakestChannels } from './weakest';

const folder = mkdtempSync(join(tmpdir(), 'neuron-pruner-hard-'));
after(() => rmSync(folder, { recursive: true, force: true }));

/** The model without the first channels of the layer that a weight makes; checked against the silenced one. */
async function without(name: string, weight: string, count: number, sample: readonly number[]): Promise<Model> {
  const model = await openModel(`test/fixtures/onnx/${name}-dynamo.onnx`);
  const channels = analyseChannels(model.graph);
  const layer = layerChannels(model, channels).find((candidate) => candidate.weight.value === weight);
  assert.ok(layer, `no layer of ${weight}`);
  const removed = new Set([...new Set(layer.channels)].slice(0, count));
  const graph = cut(model.graph, channels, removed);
  const samples = drawn([3, ...sample], name);
  const expected = await outputFor(mask(model.graph, channels, removed), samples);
  assertClose(await outputFor(graph, samples), expected, 1e-5, 'silenced');
  const written = await openModel(await model.container.write({ ...model, graph }, mkdtempSync(join(folder, name))));
  assertClose(await outputFor(written.graph, samples), expected, 1e-5, 'written');
  return written;
}

function shapeOf(graph: Graph, weight: string): readonly number[] | undefined {
  return graph.weights.get(weight)?.shape;
}

test('a tensor concatenated with itself: its channels go from both places', async () => {
  const { graph } = await without('dense', 'c.0.weight', 2, [2, 5, 5]);
  assert.deepEqual(shapeOf(graph, 'c.0.weight'), [4, 9, 3, 3]);
  assert.deepEqual(shapeOf(graph, 'out.weight'), [3, 8, 1, 1]);
});

test('a concatenation of different sources: each is pruned on its own', async () => {
  const { graph } = await without('dense', 'b.0.weight', 1, [2, 5, 5]);
  assert.deepEqual(shapeOf(graph, 'a.0.weight'), [5, 2, 3, 3]);
  assert.deepEqual(shapeOf(graph, 'b.0.weight'), [3, 5, 3, 3]);
  assert.deepEqual(shapeOf(graph, 'c.0.weight'), [6, 8, 3, 3]);
});

test('a source that is concatenated and read: what reads it follows in both places', async () => {
  const { graph } = await without('dense', 'a.0.weight', 2, [2, 5, 5]);
  assert.deepEqual(shapeOf(graph, 'a.0.weight'), [3, 2, 3, 3]);
  assert.deepEqual(shapeOf(graph, 'b.0.weight'), [4, 3, 3, 3]);
  assert.deepEqual(shapeOf(graph, 'c.0.weight'), [6, 7, 3, 3]);
});

test('dense, reshaped to an image, transposed convolution: a channel takes all its pixels', async () => {
  const { graph } = await without('decoder', 'dense.weight', 2, [5]);
  assert.deepEqual(shapeOf(graph, 'dense.weight'), [4 * 16, 5]);
  assert.deepEqual(shapeOf(graph, 'up.weight'), [4, 4, 3, 3]);
});

test('convolution, flattened, dense: a filter takes the inputs of all its pixels', async () => {
  const { graph } = await without('flat', 'conv.0.weight', 1, [1, 8, 8]);
  assert.deepEqual(shapeOf(graph, 'conv.0.weight'), [3, 1, 3, 3]);
  assert.deepEqual(shapeOf(graph, 'dense.weight'), [8, 48]);
});

test('a dense layer used twice stays one: its inputs and outputs are pruned together', async () => {
  const { graph } = await without('flat', 'shared.weight', 3, [1, 8, 8]);
  assert.deepEqual(shapeOf(graph, 'dense.weight'), [5, 48 + 16]);
  assert.deepEqual(shapeOf(graph, 'shared.weight'), [5, 5]);
  assert.deepEqual(shapeOf(graph, 'out.weight'), [3, 5]);
});

test('pixel shuffle: a channel behind it is four in front of it', async () => {
  const { graph } = await without('pixelshuffle', 'b.weight', 1, [1, 4, 4]);
  assert.deepEqual(shapeOf(graph, 'b.weight'), [8, 6, 3, 3]);
  assert.deepEqual(shapeOf(graph, 'c.weight'), [2, 2, 1, 1]);
});

test('split parts that are shuffled and meet again: what lies between is pruned, what they share stays', async () => {
  const { graph } = await without('shuffle', 'branch.0.0.weight', 2, [3, 5, 5]);
  assert.deepEqual(shapeOf(graph, 'branch.0.0.weight'), [3, 6, 1, 1]);
  assert.deepEqual(shapeOf(graph, 'stem.0.weight'), [12, 3, 3, 3]);
});

test('a residual sum: both of its sources are pruned together', async () => {
  const { graph } = await without('residual', 'skip.weight', 5, [3, 8, 8]);
  assert.deepEqual(shapeOf(graph, 'skip.weight'), [7, 8, 1, 1]);
  assert.deepEqual(shapeOf(graph, 'down.0.weight'), [7, 8, 3, 3]);
  assert.deepEqual(shapeOf(graph, 'out.weight'), [4, 7]);
});

test('a quantised model is pruned in its integers: scales and zero points go with the filters', async () => {
  const model = await openModel('test/fixtures/onnx/quantised.onnx');
  const channels = analyseChannels(model.graph);
  const removed = await weakestChannels(model, channels, 0.3);
  const graph = cut(model.graph, channels, removed);
  const samples = drawn([3, 3, 8, 8], 'quantised');
  const expected = await outputFor(mask(model.graph, channels, removed), samples);
  const written = await openModel(
    await model.container.write({ ...model, graph }, mkdtempSync(join(folder, 'quantised'))),
  );
  assertClose(await outputFor(written.graph, samples), expected, 1e-5, 'written');
  const kernels = [...written.graph.weights.values()].filter(({ shape }) => shape.length === 4);
  assert.ok(kernels.length > 4 && kernels.every(({ storage }) => storage.type === 'int8'));
  assert.ok(costOf(written).parameters < 0.7 * costOf(model).parameters);
});

test('the last channel of a layer is never cut', async () => {
  const model = await openModel('test/fixtures/onnx/shuffle-dynamo.onnx');
  const channels = analyseChannels(model.graph);
  const stem = layerChannels(model, channels).find(({ weight }) => weight.value === 'stem.0.weight');
  assert.equal(new Set(stem?.channels).size, 1);
  assert.throws(() => cut(model.graph, channels, new Set(stem?.channels)), /would lose every element/);
});

test('a dimension of a file that follows from a cut is brought up to date, all others stay', async () => {
  const before = await openModel('test/fixtures/onnx/dense-dynamo.onnx');
  const after = await without('dense', 'c.0.weight', 1, [2, 5, 5]);
  assert.deepEqual(after.graph.inputs, before.graph.inputs);
  assert.deepEqual(after.graph.outputs, before.graph.outputs);
  const shapes = inferShapes(after.graph);
  // Of every value that the file declares, it declares what is computed.
  for (const [name, declared] of after.graph.declared ?? []) assert.deepEqual(declared, shapes.get(name), name);
});
