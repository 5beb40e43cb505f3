// Weights that a file works out from others each time it runs: cut, they are what they were but for what is gone.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { GraphField, ModelField, NodeField } from '../../../src/formats/onnx/messages';
import { scanModel } from '../../../src/formats/onnx/scan';
import { openModel } from '../../../src/formats/open';
import { float32, int64, type Tensor } from '../../../src/model/tensor';
import { loadValues } from '../../../src/model/values';
import { costOf } from '../../../src/ops/cost';
import { analyseChannels } from '../../../src/pruning/channels';
import { cut } from '../../../src/pruning/cut';
import { drawn } from '../../tensors';
import { cutAndCompare } from './cut-and-compare';
import { type ModelFile, writeModelFile } from './model-file';
import { weakestChannels } from './weakest';

const folder = mkdtempSync(join(tmpdir(), 'neuron-pruner-computed-'));
after(() => rmSync(folder, { recursive: true, force: true }));

type Nodes = ModelFile['nodes'];

/** Three convolutions: the kernels of two are made by `kernel`, which reads "w1", "w2" and makes "k1", "k2". */
function network(
  kernel: (i: number) => Nodes,
  tensors: (i: number, shape: readonly number[]) => readonly (readonly [string, Tensor])[],
): ModelFile {
  const shapes = [
    [10, 3, 3, 3],
    [8, 10, 3, 3],
  ];
  return {
    opset: 18,
    x: ['batch', 3, 6, 6],
    y: ['batch', 4, 1, 1],
    nodes: [
      ...kernel(1),
      { type: 'Conv', inputs: ['x', 'k1'], outputs: ['a'] },
      { type: 'Relu', inputs: ['a'], outputs: ['b'] },
      ...kernel(2),
      { type: 'Conv', inputs: ['b', 'k2'], outputs: ['c'] },
      { type: 'Relu', inputs: ['c'], outputs: ['d'] },
      { type: 'Conv', inputs: ['d', 'k3'], outputs: ['e'] },
      { type: 'GlobalAveragePool', inputs: ['e'], outputs: ['y'] },
    ],
    tensors: new Map([
      ...shapes.flatMap((shape, i) => [[`w${i + 1}`, drawn(shape, `w${i + 1}`)] as const, ...tensors(i + 1, shape)]),
      ['k3', drawn([4, 8, 1, 1], 'k3')] as const,
      ['rest', int64([1, 2, 3])] as const,
      ['flat', int64([0, -1])] as const,
    ]),
  };
}

const SAMPLE = [3, 3, 6, 6];

/** g × v / |v| */
const weightNorm = network(
  (i) => [
    { type: 'ReduceL2', inputs: [`w${i}`, 'rest'], outputs: [`norm${i}`] },
    { type: 'Div', inputs: [`w${i}`, `norm${i}`], outputs: [`unit${i}`] },
    { type: 'Mul', inputs: [`unit${i}`, `g${i}`], outputs: [`k${i}`] },
  ],
  (i, [out = 1]) => [[`g${i}`, drawn([out, 1, 1, 1], `g${i}`)]],
);

/** w / (uᵀ W v), whose divisor would be another with fewer rows. */
const spectralNorm = network(
  (i) => [
    { type: 'Reshape', inputs: [`w${i}`, 'flat'], outputs: [`matrix${i}`] },
    { type: 'MatMul', inputs: [`matrix${i}`, `v${i}`], outputs: [`mv${i}`] },
    { type: 'MatMul', inputs: [`u${i}`, `mv${i}`], outputs: [`sigma${i}`] },
    { type: 'Div', inputs: [`w${i}`, `sigma${i}`], outputs: [`k${i}`] },
  ],
  (i, [out = 1, ...rest]) => [
    [`u${i}`, drawn([out], `u${i}`)],
    [`v${i}`, drawn([rest.reduce((product, size) => product * size, 1)], `v${i}`)],
  ],
);

/** Filters whose elements have a mean of 0 and one length. */
const standardised = network(
  (i) => [
    { type: 'ReduceMean', inputs: [`w${i}`, 'rest'], outputs: [`mean${i}`] },
    { type: 'Sub', inputs: [`w${i}`, `mean${i}`], outputs: [`centred${i}`] },
    { type: 'ReduceSumSquare', inputs: [`centred${i}`, 'rest'], outputs: [`square${i}`] },
    { type: 'Sqrt', inputs: [`square${i}`], outputs: [`root${i}`] },
    { type: 'Div', inputs: [`centred${i}`, `root${i}`], outputs: [`k${i}`] },
  ],
  () => [],
);

/** The same as PyTorch writes it: filters are the channels of one sample, and normalised as in training. */
const normalisedAsInTraining = network(
  (i) => [
    { type: 'Reshape', inputs: [`w${i}`, `row${i}`], outputs: [`sample${i}`] },
    {
      type: 'BatchNormalization',
      inputs: [`sample${i}`, `g${i}`, `b${i}`, `zeros${i}`, `ones${i}`],
      outputs: [`normal${i}`, `mean${i}`, `variance${i}`],
      attributes: { training_mode: 1, epsilon: 1e-6 },
    },
    { type: 'Reshape', inputs: [`normal${i}`, `sizes${i}`], outputs: [`k${i}`] },
  ],
  (i, shape) => [
    [`g${i}`, drawn([shape[0] ?? 1], `g${i}`)],
    [`b${i}`, drawn([shape[0] ?? 1], `b${i}`)],
    [`zeros${i}`, float32([shape[0] ?? 1], new Float32Array(shape[0] ?? 1))],
    [`ones${i}`, float32([shape[0] ?? 1], new Float32Array(shape[0] ?? 1).fill(1))],
    [`sizes${i}`, int64(shape)],
    [`row${i}`, int64([1, shape[0] ?? 1, -1])],
  ],
);

for (const [name, file] of Object.entries({ weightNorm, spectralNorm, standardised, normalisedAsInTraining })) {
  test(`${name}: the kernels are cut as what they come to`, async () => {
    const { before, after } = await cutAndCompare(folder, file, SAMPLE);
    assert.ok(after < 0.6 * before, `${after} of ${before} parameters left`);
  });
}

test('where nothing is cut, the file stays as it is', async () => {
  const path = writeModelFile(folder, weightNorm);
  const model = await openModel(path);
  const written = await model.container.write(model, mkdtempSync(join(folder, 'same-')));
  assert.ok(readFileSync(written).equals(readFileSync(path)));
});

test('what made a kernel is gone from the file with it, and the warning says so', async () => {
  const model = await openModel(writeModelFile(folder, weightNorm));
  assert.match(model.warnings.join(), /the model works out k1, k2 from other weights/);
  const channels = analyseChannels(model.graph);
  const graph = cut(model.graph, channels, await weakestChannels(model, channels, 0.3));
  const written = await model.container.write({ ...model, graph }, mkdtempSync(join(folder, 'cut-')));
  const nodes = scanModel(written).message(ModelField.graph)?.messages(GraphField.node) ?? [];
  const types = nodes.map((node) => node.text(NodeField.opType));
  assert.deepEqual(types, ['Conv', 'Relu', 'Conv', 'Relu', 'Conv', 'GlobalAveragePool']);
  assert.equal(costOf(await openModel(written)).parameters, costOf({ ...model, graph }).parameters);
});

test('a weight that another layer reads too is written with the width it has there', async () => {
  const shared = network(
    (i) => [
      { type: 'ReduceL2', inputs: [`w${i}`, 'rest'], outputs: [`norm${i}`] },
      { type: 'Div', inputs: [`w${i}`, `norm${i}`], outputs: [`k${i}`] },
    ],
    () => [],
  );
  const nodes = shared.nodes.map((node) =>
    node.outputs[0] === 'c'
      ? { ...node, inputs: ['b', 'w2'] }
      : node.outputs[0] === 'e'
        ? { ...node, inputs: ['d', 'k4'] }
        : node,
  );
  const squeezed: Nodes = [
    { type: 'Conv', inputs: ['b', 'k2'], outputs: ['other'] },
    { type: 'Add', inputs: ['c', 'other'], outputs: ['sum'] },
  ];
  const at = nodes.findIndex(({ outputs }) => outputs[0] === 'd');
  const file = {
    ...shared,
    nodes: [
      ...nodes.slice(0, at),
      ...squeezed,
      { type: 'Relu', inputs: ['sum'], outputs: ['d'] },
      ...nodes.slice(at + 1),
    ],
    tensors: new Map([...shared.tensors, ['k4', drawn([4, 8, 1, 1], 'k4')] as const]),
  };
  await cutAndCompare(folder, file, SAMPLE);
});

test('what would come to more than it is made from stays as it is', async () => {
  // A small network that makes a table of biases, as Swin v2 has it, with a norm over its inputs.
  const model = await openModel(
    writeModelFile(folder, {
      opset: 18,
      x: ['batch', 24, 24],
      y: ['batch', 24, 24],
      nodes: [
        { type: 'ReduceL2', inputs: ['a', 'last'], outputs: ['norm'] },
        { type: 'Div', inputs: ['a', 'norm'], outputs: ['unit'] },
        { type: 'MatMul', inputs: ['unit', 'b'], outputs: ['table'] },
        { type: 'Add', inputs: ['x', 'table'], outputs: ['y'] },
      ],
      tensors: new Map([
        ['a', drawn([24, 2], 'a')],
        ['b', drawn([2, 24], 'b')],
        ['last', int64([-1])],
      ]),
    }),
  );
  assert.deepEqual([...model.graph.weights.keys()].sort(), ['a', 'b']);
  assert.deepEqual(model.warnings, []);
  assert.equal((await loadValues(model.graph)).size, 2);
});

test('what takes far more than its weights to work out is not worked out', async () => {
  const copies = 100_000;
  const mean = network(
    (i) => [
      { type: 'Expand', inputs: [`w${i}`, `copies${i}`], outputs: [`wide${i}`] },
      { type: 'ReduceMean', inputs: [`wide${i}`, 'outer'], outputs: [`k${i}`], attributes: { keepdims: 0 } },
    ],
    (i, shape) => [
      [`copies${i}`, int64([copies, ...shape])],
      ['outer', int64([0])],
    ],
  );
  const model = await openModel(writeModelFile(folder, mean));
  assert.ok(model.graph.weights.has('w1') && !model.graph.weights.has('k1'));
});

test('activations that are normalised as in training are cut by their channels, the statistics that nobody reads along', async () => {
  const { before, after } = await cutAndCompare(
    folder,
    {
      opset: 17,
      x: ['batch', 3, 6, 6],
      y: ['batch', 4, 6, 6],
      nodes: [
        { type: 'Conv', inputs: ['x', 'w'], outputs: ['a'] },
        {
          type: 'BatchNormalization',
          inputs: ['a', 'scale', 'bias', 'mean', 'variance'],
          outputs: ['b', 'new mean', 'new variance'],
          attributes: { training_mode: 1 },
        },
        { type: 'Conv', inputs: ['b', 'k'], outputs: ['y'] },
      ],
      tensors: new Map([
        ['w', drawn([10, 3, 1, 1], 'w')],
        ...['scale', 'bias', 'mean', 'variance'].map((name) => [name, drawn([10], name)] as const),
        ['k', drawn([4, 10, 1, 1], 'k')],
      ]),
    },
    SAMPLE,
  );
  assert.ok(after < 0.8 * before, `${after} of ${before} parameters left`);
});
