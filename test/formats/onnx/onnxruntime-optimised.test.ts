// Files as onnxruntime's optimiser writes them, with operators of its own: read, cut and written like any other.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { openModel } from '../../../src/formats/open';
import { float32, int64 } from '../../../src/model/tensor';
import { outputFor } from '../../run';
import { drawn } from '../../tensors';
import { cutAndCompare } from './cut-and-compare';
import { writeModelFile } from './model-file';

const folder = mkdtempSync(join(tmpdir(), 'neuron-pruner-optimised-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const MICROSOFT = { domain: 'com.microsoft' } as const;
const domains = new Map([['com.microsoft', 1]]);

test('convolutions fused with what follows them, depthwise ones too', async () => {
  const conv = { ...MICROSOFT, type: 'FusedConv' };
  const { before, after } = await cutAndCompare(
    folder,
    {
      opset: 13,
      domains,
      x: ['batch', 3, 8, 8],
      y: ['batch', 4, 8, 8],
      nodes: [
        { ...conv, inputs: ['x', 'a', 'bias'], outputs: ['first'], attributes: { activation: 'Relu', group: 1 } },
        {
          ...conv,
          inputs: ['first', 'deep'],
          outputs: ['second'],
          attributes: { activation: 'LeakyRelu', activation_params: [0.2], group: 12, pads: [1, 1, 1, 1] },
        },
        {
          ...conv,
          inputs: ['second', 'c', '', 'first'],
          outputs: ['third'],
          attributes: { activation: 'Clip', activation_params: [0, 6], group: 1 },
        },
        { type: 'Conv', inputs: ['third', 'd'], outputs: ['y'] },
      ],
      tensors: new Map([
        ['a', drawn([12, 3, 1, 1], 'a')],
        ['bias', drawn([12], 'bias')],
        ['deep', drawn([12, 1, 3, 3], 'deep')],
        ['c', drawn([12, 12, 1, 1], 'c')],
        ['d', drawn([4, 12, 1, 1], 'd')],
      ]),
    },
    [2, 3, 8, 8],
  );
  assert.ok(after < 0.7 * before);
});

test('a transformer’s feed-forward part, fused: biased Gelu, sums normalised, scaled products', async () => {
  const { before, after } = await cutAndCompare(
    folder,
    {
      opset: 14,
      domains,
      x: ['batch', 'time', 8],
      y: ['batch', 'time', 'time'],
      nodes: [
        { type: 'MatMul', inputs: ['x', 'a'], outputs: ['wide'] },
        { ...MICROSOFT, type: 'BiasGelu', inputs: ['wide', 'bias'], outputs: ['bent'] },
        { type: 'MatMul', inputs: ['bent', 'b'], outputs: ['back'] },
        {
          ...MICROSOFT,
          type: 'SkipLayerNormalization',
          inputs: ['back', 'x', 'gamma', 'beta', 'gamma'],
          outputs: ['normal', '', '', 'sum'],
          attributes: { epsilon: 1e-5 },
        },
        {
          ...MICROSOFT,
          type: 'SkipSimplifiedLayerNormalization',
          inputs: ['normal', 'sum', 'gamma'],
          outputs: ['simple'],
          attributes: { epsilon: 1e-5 },
        },
        {
          type: 'SimplifiedLayerNormalization',
          inputs: ['simple', 'gamma'],
          outputs: ['again'],
          attributes: { axis: -1, epsilon: 1e-5 },
        },
        { type: 'MatMul', inputs: ['again', 'a'], outputs: ['query'] },
        { ...MICROSOFT, type: 'FastGelu', inputs: ['query', 'bias'], outputs: ['key'] },
        { ...MICROSOFT, type: 'QuickGelu', inputs: ['query'], outputs: ['quick'], attributes: { alpha: 1.702 } },
        {
          ...MICROSOFT,
          type: 'FusedMatMul',
          inputs: ['quick', 'key'],
          outputs: ['y'],
          attributes: { transB: 1, alpha: 0.25 },
        },
      ],
      tensors: new Map([
        ['a', drawn([8, 20], 'a')],
        ['bias', drawn([20], 'bias')],
        ['b', drawn([20, 8], 'b')],
        ['gamma', drawn([8], 'gamma')],
        ['beta', drawn([8], 'beta')],
      ]),
    },
    [2, 3, 8],
  );
  assert.ok(after < 0.8 * before);
});

test('a product of heads that lie behind the places, exchanged within', async () => {
  const { before, after } = await cutAndCompare(
    folder,
    {
      opset: 14,
      domains,
      x: [3, 2, 8],
      y: [2, 3, 3],
      nodes: [
        { type: 'MatMul', inputs: ['x', 'q'], outputs: ['queries'] },
        { type: 'MatMul', inputs: ['x', 'k'], outputs: ['keys'] },
        {
          ...MICROSOFT,
          type: 'FusedMatMul',
          inputs: ['queries', 'keys'],
          outputs: ['y'],
          attributes: { transBatchA: 1, transBatchB: 1, transB: 1, alpha: 0.5 },
        },
      ],
      tensors: new Map([
        ['q', drawn([8, 10], 'q')],
        ['k', drawn([8, 10], 'k')],
      ]),
    },
    [3, 2, 8],
  );
  assert.ok(after < 0.8 * before);
});

test('a file that the optimiser stumbles over when it has optimised it before is run without it', async () => {
  const path = writeModelFile(folder, {
    opset: 17,
    x: [2, 3, 8],
    y: [2, 3, 8],
    nodes: [
      { type: 'Reshape', inputs: ['x', 'gemm_input_shape'], outputs: ['rows'] },
      { type: 'Relu', inputs: ['rows'], outputs: ['bent'] },
      { type: 'Reshape', inputs: ['bent', 'back'], outputs: ['apart'] },
      { type: 'Sigmoid', inputs: ['apart'], outputs: ['between'] },
      { type: 'Reshape', inputs: ['between', 'gemm_input_shape_token_0'], outputs: ['rows again'] },
      { type: 'Tanh', inputs: ['rows again'], outputs: ['bent again'] },
      { type: 'Reshape', inputs: ['bent again', 'back'], outputs: ['last'] },
      { type: 'MatMul', inputs: ['last', 'weight'], outputs: ['product'] },
      { type: 'Add', inputs: ['product', 'bias'], outputs: ['y'] },
    ],
    tensors: new Map([
      ['gemm_input_shape_token_0', int64([6, 8])],
      ['gemm_input_shape', int64([6, 8])],
      ['back', int64([2, 3, 8])],
      ['weight', drawn([8, 8], 'weight')],
      ['bias', drawn([8], 'bias')],
    ]),
  });
  const { graph } = await openModel(path);
  assert.deepEqual((await outputFor(graph, drawn([2, 3, 8], 'x'))).shape, [2, 3, 8]);
});

test('what a converter to half precision casts back to single is known beforehand: how much an image grows', async () => {
  const { before, after } = await cutAndCompare(
    folder,
    {
      opset: 13,
      x: ['batch', 3, 4, 4],
      y: ['batch', 2, 8, 8],
      nodes: [
        { type: 'Conv', inputs: ['x', 'a'], outputs: ['wide'] },
        { type: 'Cast', inputs: ['growth'], outputs: ['scales'], attributes: { to: 1 } },
        { type: 'Resize', inputs: ['wide', '', 'scales'], outputs: ['large'], attributes: { mode: 'nearest' } },
        { type: 'Conv', inputs: ['large', 'b'], outputs: ['y'] },
      ],
      tensors: new Map([
        ['growth', float32([4], Float32Array.of(1, 1, 2, 2))],
        ['a', drawn([10, 3, 1, 1], 'a')],
        ['b', drawn([2, 10, 1, 1], 'b')],
      ]),
    },
    [2, 3, 4, 4],
  );
  assert.ok(after < 0.8 * before);
});
