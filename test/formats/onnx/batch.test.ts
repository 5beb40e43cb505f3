// A file exported for a batch of 1 is one of any batch where that computes of several samples what it does of each; where
// a node depends on the size, the file's own stays.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { GraphField, ModelField, NodeField } from '../../../src/formats/onnx/messages';
import { scanModel } from '../../../src/formats/onnx/scan';
import { openModel } from '../../../src/formats/open';
import { BATCH } from '../../../src/model/graph';
import { float32, int64 } from '../../../src/model/tensor';
import { analyseChannels } from '../../../src/pruning/channels';
import { cut } from '../../../src/pruning/cut';
import { mask } from '../../../src/pruning/mask';
import { runFile } from '../../onnx-file';
import { outputFor } from '../../run';
import { assertClose, drawn } from '../../tensors';
import { type ModelFile, writeModelFile } from './model-file';
import { weakestChannels } from './weakest';

const folder = mkdtempSync(join(tmpdir(), 'neuron-pruner-batch-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const [SAMPLES, TIME, WIDTH] = [3, 5, 8];

function file(nodes: ModelFile['nodes'], shapes: Readonly<Record<string, readonly number[]>>): string {
  const tensors = new Map(Object.entries(shapes).map(([name, sizes]) => [name, int64(sizes)] as const));
  return writeModelFile(folder, { opset: 18, x: [1, TIME, WIDTH], y: [1, TIME, WIDTH], nodes, tensors });
}

const heads = (allowzero: number): ModelFile['nodes'] => [
  { type: 'Reshape', inputs: ['x', 'apart'], outputs: ['heads'], attributes: { allowzero } },
  { type: 'Transpose', inputs: ['heads'], outputs: ['turned'], attributes: { perm: [0, 2, 1, 3] } },
  { type: 'Softmax', inputs: ['turned'], outputs: ['shares'], attributes: { axis: -1 } },
  { type: 'Transpose', inputs: ['shares'], outputs: ['back'], attributes: { perm: [0, 2, 1, 3] } },
  { type: 'Reshape', inputs: ['back', 'together'], outputs: ['y'], attributes: { allowzero } },
];

/** Around a sum with x, so that the result has the batch of x whatever the rest does. */
const within = (nodes: ModelFile['nodes'], last: string): ModelFile['nodes'] => [
  ...nodes,
  { type: 'Add', inputs: ['x', last], outputs: ['y'] },
];

const folded = within(
  [
    { type: 'Reshape', inputs: ['x', 'folded'], outputs: ['rows'] },
    { type: 'Softmax', inputs: ['rows'], outputs: ['shares'], attributes: { axis: -1 } },
    { type: 'Reshape', inputs: ['shares', 'apart'], outputs: ['own'] },
  ],
  'own',
);

const FREE: Readonly<Record<string, Parameters<typeof file>>> = {
  'heads laid out for one sample, a size left to what remains': [
    heads(0),
    { apart: [1, TIME, 4, -1], together: [1, -1, WIDTH] },
  ],
  'the same where 0 stands for no elements': [heads(1), { apart: [1, TIME, 4, -1], together: [1, -1, WIDTH] }],
  'places folded into the batch and laid out again': [folded, { folded: [-1, WIDTH], apart: [1, TIME, WIDTH] }],
  'heads counted for one sample and laid out again': [folded, { folded: [4, -1, 2], apart: [1, -1, WIDTH] }],
};

for (const [title, [nodes, shapes]] of Object.entries(FREE)) {
  test(`${title}: any batch`, async () => {
    const { graph, warnings } = await openModel(file(nodes, shapes));
    assert.deepEqual(warnings, []);
    assert.equal(graph.inputs[0]?.shape[0], BATCH);
    const x = drawn([SAMPLES, TIME, WIDTH], 'x');
    const y = await outputFor(graph, x);
    const size = TIME * WIDTH;
    for (let i = 0; i < SAMPLES; i++) {
      const of = (data: ArrayLike<number>) =>
        float32([1, TIME, WIDTH], Float32Array.from(data).slice(i * size, (i + 1) * size));
      assertClose(of(y.data as Float32Array), await outputFor(graph, of(x.data as Float32Array)), 1e-6, `sample ${i}`);
    }
  });
}

test('a token before the places goes before those of every sample; the file is written without what lays it out', async () => {
  const path = writeModelFile(folder, {
    opset: 18,
    x: [1, TIME, WIDTH],
    y: [1, TIME + 1, 4],
    nodes: [
      { type: 'MatMul', inputs: ['x', 'a'], outputs: ['places'] },
      { type: 'Concat', inputs: ['token', 'places'], outputs: ['all'], attributes: { axis: 1 } },
      { type: 'MatMul', inputs: ['all', 'b'], outputs: ['y'] },
    ],
    tensors: new Map([
      ['a', drawn([WIDTH, 10], 'a')],
      ['b', drawn([10, 4], 'b')],
      ['token', drawn([1, 1, 10], 'token')],
    ]),
  });
  const model = await openModel(path);
  assert.deepEqual(model.warnings, []);
  assert.equal(model.graph.inputs[0]?.shape[0], BATCH);
  const x = drawn([SAMPLES, TIME, WIDTH], 'x');
  const channels = analyseChannels(model.graph);
  const removed = await weakestChannels(model, channels, 0.3);
  assert.equal(removed.size, 3);
  const graph = cut(model.graph, channels, removed);
  assertClose(await outputFor(graph, x), await outputFor(mask(model.graph, channels, removed), x), 1e-5, 'silenced');
  const written = await model.container.write({ ...model, graph }, mkdtempSync(join(folder, 'token-')));
  const nodes = scanModel(written).message(ModelField.graph)?.messages(GraphField.node) ?? [];
  assert.deepEqual(
    nodes.map((node) => node.text(NodeField.opType)),
    ['MatMul', 'Concat', 'MatMul'],
  );
  const one = float32([1, TIME, WIDTH], (x.data as Float32Array).slice(0, TIME * WIDTH));
  assertClose(await runFile(written, one), await outputFor(graph, one), 1e-5, 'written');
});

test('places before the batch, folded together: one at a time', async () => {
  const turned = (from: string, to: string) => ({
    type: 'Transpose',
    inputs: [from],
    outputs: [to],
    attributes: { perm: [1, 0, 2] },
  });
  const nodes = within(
    [
      turned('x', 'places'),
      { type: 'Reshape', inputs: ['places', 'folded'], outputs: ['rows'] },
      { type: 'Softmax', inputs: ['rows'], outputs: ['shares'], attributes: { axis: -1 } },
      { type: 'Reshape', inputs: ['shares', 'apart'], outputs: ['own'] },
    ],
    'own',
  );
  const { graph, warnings } = await openModel(file(nodes, { folded: [-1, WIDTH], apart: [1, TIME, WIDTH] }));
  assert.equal(graph.inputs[0]?.shape[0], 1);
  assert.match(String(warnings), /exported for batches of 1/);
});

const WEIGHTS = ['scale', 'bias', 'mean', 'variance'] as const;
const TOGETHER: Readonly<Record<string, ModelFile['nodes']>> = {
  'a mean over samples': within(
    [{ type: 'ReduceMean', inputs: ['x', 'first'], outputs: ['mean over samples'] }],
    'mean over samples',
  ),
  'shares of samples': [{ type: 'Softmax', inputs: ['x'], outputs: ['y'], attributes: { axis: 0 } }],
  'channels normalised as in training': [
    {
      type: 'BatchNormalization',
      inputs: ['x', ...WEIGHTS],
      outputs: ['y', 'new mean', 'new variance'],
      attributes: { training_mode: 1 },
    },
  ],
  'products summed over samples': within(
    [
      { type: 'Transpose', inputs: ['x'], outputs: ['last'], attributes: { perm: [1, 2, 0] } },
      { type: 'Transpose', inputs: ['x'], outputs: ['middle'], attributes: { perm: [1, 0, 2] } },
      { type: 'MatMul', inputs: ['last', 'middle'], outputs: ['products'] },
      { type: 'ReduceSum', inputs: ['products', 'second'], outputs: ['row'], attributes: { keepdims: 0 } },
    ],
    'row',
  ),
};

for (const [title, nodes] of Object.entries(TOGETHER)) {
  test(`${title}: one at a time`, async () => {
    const path = writeModelFile(folder, {
      opset: 18,
      x: [1, TIME, WIDTH],
      y: [1, TIME, WIDTH],
      nodes,
      tensors: new Map([
        ['first', int64([0])],
        ['second', int64([1])],
        ...WEIGHTS.map((name) => [name, drawn([TIME], name)] as const),
      ]),
    });
    const { graph, warnings } = await openModel(path);
    assert.equal(graph.inputs[0]?.shape[0], 1);
    assert.match(String(warnings), /exported for batches of 1/);
  });
}
