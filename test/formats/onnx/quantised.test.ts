// Files whose operators work on quantised numbers, as onnxruntime's quantisation makes them: their scales are cut along.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { onnxruntime } from '../../../src/engines/onnxruntime';
import { openModel } from '../../../src/formats/open';
import { float32, scalar, type Tensor } from '../../../src/model/tensor';
import { analyseChannels } from '../../../src/pruning/channels';
import { layerChannels } from '../../../src/pruning/layer-channels';
import { measureOf } from '../../../src/pruning/relevance/index';
import { measureRelevance } from '../../../src/pruning/relevance/score';
import { random } from '../../../src/random';
import { drawn } from '../../tensors';
import { cutAndCompare } from './cut-and-compare';
import { type ModelFile, writeModelFile } from './model-file';

const folder = mkdtempSync(join(tmpdir(), 'neuron-pruner-quantised-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const domains = new Map([['com.microsoft', 1]]);
const domain = 'com.microsoft';
type Nodes = ModelFile['nodes'];

/** Whole numbers between −range and range. */
function whole(type: 'int8' | 'int32', shape: readonly number[], range: number, seed: string): Tensor {
  const source = random('quantised', seed);
  const count = shape.reduce((product, size) => product * size, 1);
  const numbers = Array.from({ length: count }, () => Math.round((source.next() * 2 - 1) * range));
  return { type, shape, data: type === 'int8' ? Int8Array.from(numbers) : Int32Array.from(numbers) };
}

const zero = (count?: number): Tensor =>
  count === undefined
    ? { type: 'int8', shape: [], data: Int8Array.of(0) }
    : { type: 'int8', shape: [count], data: new Int8Array(count) };

/** Powers of two, so that nothing is rounded but what is stored. */
const scales = (count: number): Tensor =>
  float32(
    [count],
    Float32Array.from({ length: count }, (_, i) => 2 ** (-4 - (i % 3))),
  );

const SCALES = [
  ['s', scalar(2 ** -4)],
  ['z', zero()],
] as const;

const convolution = (x: string, y: string, i: number): Nodes => [
  {
    type: 'QLinearConv',
    inputs: [x, 's', 'z', `w${i}`, `ws${i}`, `wz${i}`, 's', 'z', `b${i}`],
    outputs: [y],
    attributes: { kernel_shape: [3, 3], pads: [1, 1, 1, 1] },
  },
];

const kernel = (i: number, out: number, from: number): readonly (readonly [string, Tensor])[] => [
  [`w${i}`, whole('int8', [out, from, 3, 3], 20, `w${i}`)],
  [`ws${i}`, scales(out)],
  [`wz${i}`, zero(out)],
  [`b${i}`, whole('int32', [out], 50, `b${i}`)],
];

test('quantised convolutions, sums, concatenations and products', async () => {
  const { before, after } = await cutAndCompare(
    folder,
    {
      opset: 17,
      domains,
      x: ['batch', 2, 5, 5],
      y: ['batch', 3],
      nodes: [
        { type: 'QuantizeLinear', inputs: ['x', 's', 'z'], outputs: ['q'] },
        ...convolution('q', 'a', 1),
        ...convolution('a', 'c', 2),
        { type: 'QLinearAdd', domain, inputs: ['a', 's', 'z', 'c', 's', 'z', 's', 'z'], outputs: ['sum'] },
        ...convolution('sum', 'd', 3),
        {
          type: 'QLinearConcat',
          domain,
          inputs: ['s', 'z', 'sum', 's', 'z', 'd', 's', 'z'],
          outputs: ['both'],
          attributes: { axis: 1 },
        },
        {
          type: 'QLinearGlobalAveragePool',
          domain,
          inputs: ['both', 's', 'z', 's', 'z'],
          outputs: ['mean'],
          attributes: { channels_last: 0 },
        },
        { type: 'Flatten', inputs: ['mean'], outputs: ['flat'] },
        {
          type: 'QGemm',
          domain,
          inputs: ['flat', 's', 'z', 'w4', 'ws4', 'wz4', 'b4', 's', 'z'],
          outputs: ['g'],
          attributes: { transB: 1 },
        },
        { type: 'DequantizeLinear', inputs: ['g', 's', 'z'], outputs: ['y'] },
      ],
      tensors: new Map([
        ...SCALES,
        ...kernel(1, 6, 2),
        ...kernel(2, 6, 6),
        ...kernel(3, 5, 6),
        ['w4', whole('int8', [3, 11], 40, 'w4')] as const,
        ['ws4', scales(3)] as const,
        ['wz4', zero(3)] as const,
        ['b4', whole('int32', [3], 50, 'b4')] as const,
      ]),
    },
    [1, 2, 5, 5],
  );
  assert.ok(after < 0.75 * before, `${after} of ${before} parameters left`);
});

/** x · w, quantised as the model runs. */
const dynamic = (x: string, y: string, i: number): Nodes => [
  { type: 'DynamicQuantizeLinear', inputs: [x], outputs: [`q${i}`, `qs${i}`, `qz${i}`] },
  { type: 'MatMulInteger', inputs: [`q${i}`, `w${i}`, `qz${i}`, `wz${i}`], outputs: [`m${i}`] },
  { type: 'Cast', inputs: [`m${i}`], outputs: [`f${i}`], attributes: { to: 1 } },
  { type: 'Mul', inputs: [`qs${i}`, `ws${i}`], outputs: [`p${i}`] },
  { type: 'Mul', inputs: [`f${i}`, `p${i}`], outputs: [y] },
];

const dynamicFile: ModelFile = {
  opset: 17,
  x: ['batch', 8],
  y: ['batch', 3],
  nodes: [
    ...dynamic('x', 'a', 1),
    { type: 'Relu', inputs: ['a'], outputs: ['b'] },
    { type: 'MatMul', inputs: ['b', 'w2'], outputs: ['c'] },
    { type: 'Relu', inputs: ['c'], outputs: ['d'] },
    ...dynamic('d', 'y', 3),
  ],
  tensors: new Map([
    ['w1', whole('int8', [8, 16], 100, 'w1')],
    ['ws1', scales(16)],
    ['wz1', zero(16)],
    ['w2', drawn([16, 12], 'w2')],
    ['w3', whole('int8', [12, 3], 100, 'w3')],
    ['ws3', scalar(2 ** -5)],
    ['wz3', zero()],
  ]),
};

test('products of what is quantised as the model runs are cut where their result is not quantised again', async () => {
  const { before, after } = await cutAndCompare(folder, dynamicFile, [4, 8]);
  assert.ok(after < 0.85 * before, `${after} of ${before} parameters left`);
});

test('what takes its scale from all of its channels keeps them, and the reason says so', async () => {
  const model = await openModel(writeModelFile(folder, dynamicFile));
  const reasons = layerChannels(model, analyseChannels(model.graph)).map(({ frozen }) => frozen);
  assert.deepEqual(reasons, [
    undefined,
    'DynamicQuantizeLinear takes its scale from all of it (an approximate cut can)',
    "it is the model's output",
  ]);
  assert.deepEqual(model.warnings, []);
});

test('channels are ranked by what their stored numbers stand for', async () => {
  const numbers: Tensor = { type: 'int8', shape: [3, 2], data: Int8Array.of(100, 100, 10, 10, 50, 50) };
  const model = await openModel(
    writeModelFile(folder, {
      opset: 17,
      x: ['batch', 2],
      y: ['batch', 1],
      nodes: [
        { type: 'DequantizeLinear', inputs: ['w', 'ws', 'wz'], outputs: ['k'], attributes: { axis: 0 } },
        { type: 'Gemm', inputs: ['x', 'k'], outputs: ['a'], attributes: { transB: 1 } },
        { type: 'Relu', inputs: ['a'], outputs: ['b'] },
        { type: 'MatMul', inputs: ['b', 'last'], outputs: ['y'] },
      ],
      tensors: new Map([
        ['w', numbers],
        ['ws', float32([3], Float32Array.of(0.01, 1, 0.1))],
        ['wz', zero(3)],
        ['last', drawn([3, 1], 'last')],
      ]),
    }),
  );
  const measured = await measureRelevance(measureOf('l1'), model, onnxruntime({ threads: 1 }), undefined, {
    k: 4,
    seed: 1,
  });
  const [first] = measured;
  assert.deepEqual(Array.from(first?.scores ?? [], Math.round), [2, 20, 10]);
});
