// Operators that are read as what they are defined by, or are element-wise: they do not stop pruning.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { openModel } from '../../../src/formats/open';
import type { Attribute } from '../../../src/model/graph';
import { int64, scalar, type Tensor } from '../../../src/model/tensor';
import { analyseChannels, channelsToCut } from '../../../src/pruning/channels';
import { cut } from '../../../src/pruning/cut';
import { outputFor } from '../../run';
import { assertClose, drawn } from '../../tensors';
import { cutAndCompare } from './cut-and-compare';
import { type ModelFile, writeModelFile } from './model-file';

const folder = mkdtempSync(join(tmpdir(), 'neuron-pruner-defined-'));
after(() => rmSync(folder, { recursive: true, force: true }));

/** The operator between two convolutions, on images of 8 × 8. */
function between(type: string, attributes: Readonly<Record<string, Attribute>>, opset: number, size = 8): ModelFile {
  return {
    opset,
    x: [2, 3, 8, 8],
    y: [2, 4, size, size],
    nodes: [
      { type: 'Conv', inputs: ['x', 'a'], outputs: ['wide'] },
      { type, inputs: ['wide'], outputs: ['made'], attributes },
      { type: 'Conv', inputs: ['made', 'b'], outputs: ['y'] },
    ],
    tensors: new Map([
      ['a', drawn([12, 3, 1, 1], 'a')],
      ['b', drawn([4, 12, 1, 1], 'b')],
    ]),
  };
}

const FILES: readonly (readonly [title: string, ModelFile])[] = [
  ['MeanVarianceNormalization over batch and positions', between('MeanVarianceNormalization', {}, 13)],
  ['MeanVarianceNormalization over positions', between('MeanVarianceNormalization', { axes: [2, 3] }, 9)],
  ['LpPool', between('LpPool', { kernel_shape: [2, 2], strides: [2, 2] }, 18, 4)],
  ['LpPool by magnitudes, padded', between('LpPool', { kernel_shape: [3, 3], pads: [1, 1, 1, 1], p: 1 }, 11)],
  [
    'LpPool by the third power, padded by itself',
    between('LpPool', { kernel_shape: [3, 3], auto_pad: 'SAME_UPPER', strides: [2, 2], p: 3 }, 11, 4),
  ],
  ['GlobalLpPool', between('GlobalLpPool', {}, 18, 1)],
  ['GlobalLpPool by magnitudes', between('GlobalLpPool', { p: 1 }, 9, 1)],
  ['Shrink', between('Shrink', { lambd: 0.3, bias: 0.1 }, 9)],
  ['Atan', between('Atan', {}, 9)],
  ['Hardmax over positions', between('Hardmax', { axis: 3 }, 13)],
  ['Hardmax over positions, before opset 13', between('Hardmax', { axis: 3 }, 11)],
];

for (const [title, file] of FILES) {
  test(`${title}: what makes it is cut`, async () => {
    const { before, after } = await cutAndCompare(folder, file, [2, 3, 8, 8]);
    assert.ok(after < 0.85 * before);
  });
}

test('Scatter, as ScatterElements was called before opset 11', async () => {
  const file = between('Scatter', { axis: 2 }, 9);
  const [first, scatter, last] = file.nodes;
  assert.ok(first && scatter && last);
  const rows = Array.from({ length: 2 * 12 * 8 }, (_, i) => i % 8);
  const { before, after } = await cutAndCompare(
    folder,
    {
      ...file,
      nodes: [
        first,
        { type: 'Conv', inputs: ['x', 'c'], outputs: ['other'] },
        { type: 'Scatter', inputs: ['wide', 'rows', 'other'], outputs: ['made'], attributes: { axis: 2 } },
        last,
      ],
      tensors: new Map([
        ...file.tensors,
        ['c', drawn([12, 3, 8, 1], 'c')],
        ['rows', { type: 'int64', shape: [2, 12, 1, 8], data: BigInt64Array.from(rows, BigInt) }],
      ]),
    },
    [2, 3, 8, 8],
  );
  assert.ok(after <= before);
});

/** LocalResponseNorm as PyTorch writes it: channels as the depth of a volume, padded, and the mean of three. */
const RESPONSE: ModelFile = {
  opset: 18,
  x: [2, 3, 8, 8],
  y: [2, 4, 8, 8],
  nodes: [
    { type: 'Conv', inputs: ['x', 'a'], outputs: ['wide'] },
    { type: 'Mul', inputs: ['wide', 'wide'], outputs: ['squares'] },
    { type: 'Reshape', inputs: ['squares', 'volume'], outputs: ['deep'] },
    { type: 'Pad', inputs: ['deep', 'amounts'], outputs: ['padded'] },
    {
      type: 'AveragePool',
      inputs: ['padded'],
      outputs: ['means'],
      attributes: { kernel_shape: [3, 1, 1], strides: [1, 1, 1], pads: [0, 0, 0, 0, 0, 0], count_include_pad: 1 },
    },
    { type: 'Squeeze', inputs: ['means', 'first'], outputs: ['flat'] },
    { type: 'Mul', inputs: ['flat', 'alpha'], outputs: ['scaled'] },
    { type: 'Add', inputs: ['scaled', 'bias'], outputs: ['shifted'] },
    { type: 'Pow', inputs: ['shifted', 'beta'], outputs: ['divisor'] },
    { type: 'Div', inputs: ['wide', 'divisor'], outputs: ['made'] },
    { type: 'Conv', inputs: ['made', 'b'], outputs: ['y'] },
  ],
  tensors: new Map<string, Tensor>([
    ...between('LRN', {}, 18).tensors,
    ['volume', int64([2, 1, 12, 8, 8])],
    ['amounts', int64([0, 0, 1, 0, 0, 0, 0, 1, 0, 0])],
    ['first', int64([1])],
    ['alpha', scalar(0.5)],
    ['bias', scalar(1.5)],
    ['beta', scalar(0.75)],
  ]),
};

test('LocalResponseNorm as PyTorch writes it is cut as LRN is, where approximate cuts are allowed', async () => {
  const lrn = between('LRN', { size: 3, alpha: 0.5, bias: 1.5, beta: 0.75 }, 18);
  const x = drawn([2, 3, 8, 8], 'x');
  const [written, defined] = await Promise.all(
    [RESPONSE, lrn].map(async (file) => {
      const { graph } = await openModel(writeModelFile(folder, file));
      const own = channelsToCut(graph).of('a', 0) ?? [];
      assert.match(channelsToCut(graph).frozen(own[0] ?? 0) ?? '', /an approximate cut can/);
      const channels = channelsToCut(graph, true);
      const removed = new Set([1, 4, 5, 11].map((i) => channels.of('a', 0)?.[i] as number));
      return outputFor(cut(graph, channels, removed), x);
    }),
  );
  assert.ok(written && defined);
  assertClose(written, defined, 1e-5, 'outputs');
});

test('over channels Softmax is cut approximately, where that is allowed, and Hardmax is not', async () => {
  for (const type of ['Softmax', 'Hardmax']) {
    const { graph } = await openModel(writeModelFile(folder, between(type, { axis: 1 }, 13)));
    const channels = channelsToCut(graph, true);
    const reason = channels.frozen(channels.of('a', 0)?.[0] ?? 0);
    if (type === 'Softmax') assert.equal(reason, undefined);
    else assert.match(reason ?? '', /Hardmax takes the largest of it/);
  }
});

test('over channels MeanVarianceNormalization is cut approximately, where that is allowed', async () => {
  const { graph } = await openModel(
    writeModelFile(folder, between('MeanVarianceNormalization', { axes: [1, 2, 3] }, 13)),
  );
  const reason = (channels: ReturnType<typeof analyseChannels>): string | undefined =>
    channels.frozen(channels.of('a', 0)?.[0] ?? 0);
  assert.match(reason(analyseChannels(graph)) ?? '', /an approximate cut can/);
  assert.equal(reason(channelsToCut(graph, true)), undefined);
});
