// Attention as one operator (opset 23): cut inside its heads or by whole heads, it computes what it did silenced.
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

const folder = mkdtempSync(join(tmpdir(), 'neuron-pruner-attention-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const weights = (keys: number): [string, Tensor][] => [
  ['q', drawn([8, 24], 'q')],
  ['k', drawn([8, keys], 'k')],
  ['v', drawn([8, keys], 'v')],
  ['o', drawn([24, 5], 'o')],
];
const PROJECTED: ModelFile['nodes'] = ['q', 'k', 'v'].map((name) => ({
  type: 'MatMul',
  inputs: ['x', name],
  outputs: [`${name}s`],
}));

test('of projections side by side, with a mask of what came before: the scale stays what it was', async () => {
  const { before, after } = await cutAndCompare(
    folder,
    {
      opset: 23,
      x: ['batch', 'time', 8],
      y: ['batch', 'time', 5],
      nodes: [
        ...PROJECTED,
        {
          type: 'Attention',
          inputs: ['qs', 'ks', 'vs'],
          outputs: ['mixed'],
          attributes: { q_num_heads: 4, kv_num_heads: 4, is_causal: 1 },
        },
        { type: 'MatMul', inputs: ['mixed', 'o'], outputs: ['y'] },
      ],
      tensors: new Map(weights(24)),
    },
    [2, 3, 8],
  );
  assert.ok(after < 0.9 * before);
});

test('of heads apart, whose keys and values several queries share, with a mask of truths', async () => {
  const heads = (name: string, count: number): ModelFile['nodes'] => [
    { type: 'Reshape', inputs: [`${name}s`, `${count}heads`], outputs: [`${name}h`] },
    { type: 'Transpose', inputs: [`${name}h`], outputs: [`${name}t`], attributes: { perm: [0, 2, 1, 3] } },
  ];
  const mask: Tensor = { type: 'bool', shape: [3, 3], data: Uint8Array.of(1, 0, 0, 1, 1, 0, 1, 1, 1) };
  const { before, after } = await cutAndCompare(
    folder,
    {
      opset: 23,
      x: ['batch', 3, 8],
      y: ['batch', 3, 5],
      nodes: [
        ...PROJECTED,
        ...heads('q', 4),
        ...heads('k', 2),
        ...heads('v', 2),
        { type: 'Attention', inputs: ['qt', 'kt', 'vt', 'mask'], outputs: ['mixed'], attributes: { scale: 0.4 } },
        { type: 'Transpose', inputs: ['mixed'], outputs: ['back'], attributes: { perm: [0, 2, 1, 3] } },
        { type: 'Reshape', inputs: ['back', 'joined'], outputs: ['merged'] },
        { type: 'MatMul', inputs: ['merged', 'o'], outputs: ['y'] },
      ],
      tensors: new Map([
        ...weights(12),
        ['4heads', int64([0, 0, 4, 6])],
        ['2heads', int64([0, 0, 2, 6])],
        ['joined', int64([0, 0, 24])],
        ['mask', mask],
      ]),
    },
    [2, 3, 8],
  );
  assert.ok(after < 0.9 * before);
});

test('what goes on from keys of an earlier run freezes what it touches', async () => {
  const path = writeModelFile(folder, {
    opset: 23,
    x: ['batch', 3, 8],
    y: ['batch', 3, 24],
    nodes: [
      ...PROJECTED,
      {
        type: 'Attention',
        inputs: ['qs', 'ks', 'vs', '', 'past', 'past'],
        outputs: ['y'],
        attributes: { q_num_heads: 4, kv_num_heads: 4 },
      },
    ],
    tensors: new Map([...weights(24).slice(0, 3), ['past', drawn([1, 4, 2, 6], 'past')]]),
  });
  const { graph, warnings } = await openModel(path);
  assert.match(warnings.join(' '), /it goes on from keys and values that it is given/);
  const channels = analyseChannels(graph);
  assert.notEqual(channels.frozen(channels.of('q', 1)?.[0] ?? 0), undefined);
});
