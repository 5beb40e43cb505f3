// Attention and embeddings as onnxruntime's optimiser fuses them: read, cut and written, they compute what they did silenced.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { openModel } from '../../../src/formats/open';
import { int64, scalar, type Tensor } from '../../../src/model/tensor';
import { analyseChannels } from '../../../src/pruning/channels';
import { drawn } from '../../tensors';
import { cutAndCompare } from './cut-and-compare';
import { type ModelFile, writeModelFile } from './model-file';

const folder = mkdtempSync(join(tmpdir(), 'neuron-pruner-fused-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const domain = 'com.microsoft';
type Nodes = ModelFile['nodes'];
const SIZE = 8;
const INT32 = 6;
const SHAPES = { x: ['batch', 'time', SIZE], y: ['batch', 'time', 5] };

async function isCut(nodes: Nodes, tensors: readonly (readonly [string, Tensor])[], share: number): Promise<void> {
  const file = { opset: 17, domains: new Map([[domain, 1]]), ...SHAPES, nodes, tensors: new Map(tensors) };
  const { before, after } = await cutAndCompare(folder, file, [3, 4, SIZE]);
  assert.ok(after < share * before, `${after} of ${before} parameters left`);
}

/** Places whose numbers sum to more than nothing, [batch, time]. */
const MASK: Nodes = [
  { type: 'ReduceSum', inputs: ['x', 'last'], outputs: ['sums'], attributes: { keepdims: 0 } },
  { type: 'Greater', inputs: ['sums', 'nothing'], outputs: ['seen'] },
  { type: 'Cast', inputs: ['seen'], outputs: ['mask'], attributes: { to: INT32 } },
];
const COUNT: Nodes = [{ type: 'ReduceSum', inputs: ['mask', 'last'], outputs: ['count'], attributes: { keepdims: 0 } }];
const NUMBERS = [
  ['last', int64([-1])],
  ['nothing', scalar(0)],
] as const;

const PACKED = [
  ['qkv', drawn([SIZE, 72], 'qkv')],
  ['bias', drawn([72], 'bias')],
  ['out', drawn([24, 5], 'out')],
] as const;

const packed = (inputs: readonly string[], attributes = {}): Nodes => [
  {
    type: 'Attention',
    domain,
    inputs: ['x', 'qkv', 'bias', ...inputs],
    outputs: ['mixed'],
    attributes: { num_heads: 6, ...attributes },
  },
  { type: 'MatMul', inputs: ['mixed', 'out'], outputs: ['y'] },
];

test('queries, keys and values of one weight, a mask of what came before', () =>
  isCut(packed([], { unidirectional: 1 }), PACKED, 0.9));

test('the same where the widths of the three are stated: values are cut apart from queries and keys', () =>
  isCut(packed([], { qkv_hidden_sizes: [24, 24, 24] }), PACKED, 0.9));

test('values of another width', () =>
  isCut(
    packed([], { qkv_hidden_sizes: [24, 24, 12] }),
    [
      ['qkv', drawn([SIZE, 60], 'qkv')],
      ['bias', drawn([60], 'bias')],
      ['out', drawn([12, 5], 'out')],
    ],
    0.9,
  ));

test('the same with a mask of places', () => isCut([...MASK, ...packed(['mask'])], [...NUMBERS, ...PACKED], 0.9));

test('the same with a count of places', () =>
  isCut([...MASK, ...COUNT, ...packed(['count'])], [...NUMBERS, ...PACKED], 0.9));

test('queries, keys and values made before, with biases, a mask and values of another width', () =>
  isCut(
    [
      ...MASK,
      ...['q', 'k', 'v'].map((name) => ({ type: 'MatMul', inputs: ['x', name], outputs: [`${name}s`] })),
      {
        type: 'MultiHeadAttention',
        domain,
        inputs: ['qs', 'ks', 'vs', 'bias', 'mask'],
        outputs: ['mixed'],
        attributes: { num_heads: 3 },
      },
      { type: 'MatMul', inputs: ['mixed', 'out'], outputs: ['y'] },
    ],
    [
      ...NUMBERS,
      ['q', drawn([SIZE, 24], 'q')],
      ['k', drawn([SIZE, 24], 'k')],
      ['v', drawn([SIZE, 12], 'v')],
      ['bias', drawn([60], 'bias')],
      ['out', drawn([12, 5], 'out')],
    ],
    0.9,
  ));

test('embeddings looked up, summed and normalised, with a count of the words', () =>
  isCut(
    [
      ...MASK,
      {
        type: 'EmbedLayerNormalization',
        domain,
        inputs: ['mask', 'mask', 'words', 'places', 'kinds', 'gamma', 'beta', 'mask'],
        outputs: ['normal', 'count'],
        attributes: { epsilon: 1e-5 },
      },
      {
        type: 'Attention',
        domain,
        inputs: ['normal', 'qkv', 'bias', 'count'],
        outputs: ['mixed'],
        attributes: { num_heads: 6 },
      },
      { type: 'MatMul', inputs: ['mixed', 'out'], outputs: ['y'] },
    ],
    [
      ...NUMBERS,
      ...PACKED,
      ['words', drawn([2, SIZE], 'words')],
      ['places', drawn([9, SIZE], 'places')],
      ['kinds', drawn([2, SIZE], 'kinds')],
      ['gamma', drawn([SIZE], 'gamma')],
      ['beta', drawn([SIZE], 'beta')],
    ],
    0.95,
  ));

test('what goes on from keys of earlier words freezes what it touches; the layers behind it are pruned', async () => {
  const path = writeModelFile(folder, {
    opset: 17,
    domains: new Map([[domain, 1]]),
    ...SHAPES,
    nodes: [
      ...['q', 'k', 'v'].map((name) => ({ type: 'MatMul', inputs: ['x', name], outputs: [`${name}s`] })),
      {
        type: 'GroupQueryAttention',
        domain,
        inputs: ['qs', 'ks', 'vs', '', '', 'count', 'whole'],
        outputs: ['mixed'],
        attributes: { num_heads: 4, kv_num_heads: 2 },
      },
      { type: 'MatMul', inputs: ['mixed', 'wide'], outputs: ['between'] },
      { type: 'Relu', inputs: ['between'], outputs: ['bent'] },
      { type: 'MatMul', inputs: ['bent', 'out'], outputs: ['y'] },
    ],
    tensors: new Map([
      ['q', drawn([SIZE, 32], 'q')],
      ['k', drawn([SIZE, 16], 'k')],
      ['v', drawn([SIZE, 16], 'v')],
      ['count', int64([3])],
      ['whole', int64([4])],
      ['wide', drawn([32, 24], 'wide')],
      ['out', drawn([24, 5], 'out')],
    ]),
  });
  const channels = analyseChannels((await openModel(path)).graph);
  const frozen = (weight: string): string | undefined => channels.frozen(channels.of(weight, 1)?.[0] ?? 0);
  assert.match(String(frozen('q')), /GroupQueryAttention/);
  assert.equal(frozen('wide'), undefined);
});

test('keys and values that lie in their heads already', () =>
  isCut(
    [
      { type: 'MatMul', inputs: ['x', 'q'], outputs: ['qs'] },
      ...['k', 'v'].flatMap(
        (name): Nodes => [
          { type: 'MatMul', inputs: ['x', name], outputs: [`${name}s`] },
          { type: 'Reshape', inputs: [`${name}s`, 'heads'], outputs: [`${name} flat`] },
          {
            type: 'Transpose',
            inputs: [`${name} flat`],
            outputs: [`${name} apart`],
            attributes: { perm: [0, 2, 1, 3] },
          },
        ],
      ),
      {
        type: 'MultiHeadAttention',
        domain,
        inputs: ['qs', 'k apart', 'v apart'],
        outputs: ['mixed'],
        attributes: { num_heads: 6 },
      },
      { type: 'MatMul', inputs: ['mixed', 'out'], outputs: ['y'] },
    ],
    [
      ['q', drawn([SIZE, 24], 'q')],
      ['k', drawn([SIZE, 24], 'k')],
      ['v', drawn([SIZE, 24], 'v')],
      ['heads', int64([0, 0, 6, 4])],
      ['out', drawn([24, 5], 'out')],
    ],
    0.9,
  ));

/** Channels of a layer that reads what nobody can vouch for, and of the one that makes what it reads. */
async function isPrunedBehind(
  nodes: Nodes,
  tensors: readonly (readonly [string, Tensor])[],
  width: number,
): Promise<void> {
  const path = writeModelFile(folder, {
    opset: 17,
    domains: new Map([[domain, 1]]),
    ...SHAPES,
    nodes: [
      { type: 'MatMul', inputs: ['x', 'before'], outputs: ['wide'] },
      ...nodes,
      { type: 'MatMul', inputs: ['opaque', 'behind'], outputs: ['between'] },
      { type: 'Relu', inputs: ['between'], outputs: ['bent'] },
      { type: 'MatMul', inputs: ['bent', 'last'], outputs: ['y'] },
    ],
    tensors: new Map([...tensors, ['behind', drawn([width, 24], 'behind')], ['last', drawn([24, 5], 'last')]]),
  });
  const channels = analyseChannels((await openModel(path)).graph);
  const frozen = (weight: string): string | undefined => channels.frozen(channels.of(weight, 1)?.[0] ?? 0);
  assert.notEqual(frozen('before'), undefined);
  assert.equal(frozen('behind'), undefined);
}

const bytes = (shape: number[]): Tensor => ({
  type: 'int8',
  shape,
  data: Int8Array.from({ length: shape.reduce((a, b) => a * b) }, (_, i) => i % 7),
});

test('the width of what is attended is known where queries, keys and values come as one', () =>
  isPrunedBehind(
    [
      {
        type: 'GroupQueryAttention',
        domain,
        inputs: ['wide', '', '', '', '', 'count', 'whole'],
        outputs: ['opaque'],
        attributes: { num_heads: 4, kv_num_heads: 2 },
      },
    ],
    [
      ['before', drawn([SIZE, 64], 'before')],
      ['count', int64([3])],
      ['whole', int64([4])],
    ],
    32,
  ));

test('the widths of what is quantised as it runs are known: attention and states', async () => {
  const scale: Tensor = scalar(0.1);
  await isPrunedBehind(
    [
      { type: 'DynamicQuantizeLinear', inputs: ['wide'], outputs: ['whole', 'scale', 'zero'] },
      {
        type: 'QAttention',
        domain,
        inputs: ['whole', 'qkv', 'bias', 'scale', 'weight scale', '', 'zero'],
        outputs: ['opaque'],
        attributes: { num_heads: 4 },
      },
    ],
    [
      ['before', drawn([SIZE, 16], 'before')],
      ['qkv', bytes([16, 48])],
      ['bias', drawn([48], 'bias')],
      ['weight scale', scale],
    ],
    16,
  );
  await isPrunedBehind(
    [
      {
        type: 'DynamicQuantizeLSTM',
        domain,
        inputs: ['wide', 'w', 'r', '', '', '', '', '', 'ws', 'wz', 'rs', 'rz'],
        outputs: ['states', 'h', 'c'],
        attributes: { hidden_size: 12 },
      },
      { type: 'Squeeze', inputs: ['states', 'second'], outputs: ['opaque'] },
      { type: 'Squeeze', inputs: ['h', 'first'], outputs: ['unread'] },
    ],
    [
      ['before', drawn([SIZE, 16], 'before')],
      ['w', bytes([1, 16, 48])],
      ['r', bytes([1, 12, 48])],
      ...['ws', 'rs'].map((name) => [name, drawn([1], name)] as const),
      ...['wz', 'rz'].map((name) => [name, bytes([1])] as const),
      ['second', int64([1])],
      ['first', int64([0])],
    ],
    12,
  );
});
