// Shortcuts that get their missing channels from a Pad (option A of the ResNets for CIFAR) are cut with what they meet.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { openModel } from '../../../src/formats/open';
import { int64, type Tensor } from '../../../src/model/tensor';
import { analyseChannels } from '../../../src/pruning/channels';
import { drawn } from '../../tensors';
import { cutAndCompare } from './cut-and-compare';
import { type ModelFile, writeModelFile } from './model-file';

const folder = mkdtempSync(join(tmpdir(), 'neuron-pruner-padded-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const AMOUNTS = [0, 3, 0, 0, 0, 5, 0, 0];
const TENSORS = new Map<string, Tensor>([
  ['a', drawn([8, 3, 3, 3], 'a')],
  ['b', drawn([16, 8, 1, 1], 'b')],
  ['c', drawn([4, 16, 1, 1], 'c')],
]);

/** A convolution of 8 filters, one of 16 behind it, and around that a shortcut padded from 8 to 16. */
function shortcut(
  opset: number,
  pad: Pick<ModelFile['nodes'][number], 'inputs' | 'attributes'>,
  tensors: Readonly<Record<string, Tensor>> = {},
): ModelFile {
  return {
    opset,
    x: [1, 3, 6, 6],
    y: [1, 4, 4, 4],
    nodes: [
      { type: 'Conv', inputs: ['x', 'a'], outputs: ['narrow'] },
      { type: 'Conv', inputs: ['narrow', 'b'], outputs: ['wide'] },
      { type: 'Pad', outputs: ['padded'], ...pad },
      { type: 'Add', inputs: ['wide', 'padded'], outputs: ['sum'] },
      { type: 'Conv', inputs: ['sum', 'c'], outputs: ['y'] },
    ],
    tensors: new Map([...TENSORS, ...Object.entries(tensors)]),
  };
}

const FORMS: readonly (readonly [string, ModelFile])[] = [
  ['an attribute, before opset 11', shortcut(9, { inputs: ['narrow'], attributes: { pads: AMOUNTS } })],
  ['an input', shortcut(13, { inputs: ['narrow', 'amounts'] }, { amounts: int64(AMOUNTS) })],
  [
    'an input, of the axis named',
    shortcut(18, { inputs: ['narrow', 'amounts', '', 'axes'] }, { amounts: int64([3, 5]), axes: int64([-3]) }),
  ],
];

for (const [form, file] of FORMS) {
  test(`channels that meet padded ones are cut, and the amounts with them: ${form}`, async () => {
    const { before, after } = await cutAndCompare(folder, file, [1, 3, 6, 6]);
    assert.ok(after < 0.8 * before);
  });
}

test('channels of the input go with those they come to, padded ones alone', async () => {
  const { graph } = await openModel(writeModelFile(folder, FORMS[1]?.[1] as ModelFile));
  const channels = analyseChannels(graph);
  const [narrow, wide] = [channels.of('a', 0) ?? [], channels.of('b', 0) ?? []];
  assert.deepEqual([...narrow], [...wide].slice(3, 11));
  assert.ok([...wide].every((channel) => channels.frozen(channel) === undefined));
});

test('channels that are padded by what lies on them stay', async () => {
  const reflected = shortcut(
    13,
    { inputs: ['narrow', 'amounts'], attributes: { mode: 'reflect' } },
    { amounts: int64(AMOUNTS) },
  );
  const { graph } = await openModel(writeModelFile(folder, reflected));
  const channels = analyseChannels(graph);
  assert.match(channels.frozen(channels.of('a', 0)?.[0] ?? 0) ?? '', /Pad repeats what lies on it/);
});

test('positions that are padded are no channels: the filters of what is flattened behind it are', async () => {
  const { graph } = await openModel(
    writeModelFile(folder, {
      opset: 18,
      x: ['batch', 3, 6],
      y: ['batch', 4],
      nodes: [
        { type: 'Conv', inputs: ['x', 'a'], outputs: ['wide'] },
        { type: 'Pad', inputs: ['wide', 'amounts'], outputs: ['padded'] },
        { type: 'Flatten', inputs: ['padded'], outputs: ['flat'] },
        { type: 'Gemm', inputs: ['flat', 'b'], outputs: ['y'] },
      ],
      tensors: new Map([
        ['a', drawn([2, 3, 1], 'a')],
        ['b', drawn([26, 4], 'b')],
        ['amounts', int64([0, 0, 7, 0, 0, 0])],
      ]),
    }),
  );
  const channels = analyseChannels(graph);
  assert.ok([...(channels.of('a', 0) ?? [])].every((channel) => channels.frozen(channel) === undefined));
  assert.match(channels.frozen(channels.of('padded', 2)?.[0] ?? 0) ?? '', /Pad adds to it/);
});
