// Operators that are read as what they are defined by, or are element-wise: they do not stop pruning.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { openModel } from '../../../src/formats/open';
import type { Attribute } from '../../../src/model/graph';
import { analyseChannels, channelsToCut } from '../../../src/pruning/channels';
import { drawn } from '../../tensors';
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

test('over channels MeanVarianceNormalization is cut approximately, where that is allowed', async () => {
  const { graph } = await openModel(
    writeModelFile(folder, between('MeanVarianceNormalization', { axes: [1, 2, 3] }, 13)),
  );
  const reason = (channels: ReturnType<typeof analyseChannels>): string | undefined =>
    channels.frozen(channels.of('a', 0)?.[0] ?? 0);
  assert.match(reason(analyseChannels(graph)) ?? '', /an approximate cut can/);
  assert.equal(reason(channelsToCut(graph, true)), undefined);
});
