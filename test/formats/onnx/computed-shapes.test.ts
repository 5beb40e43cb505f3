// Shapes that a file computes when it runs, as PyTorch's TorchScript exporter writes them wherever the batch is free: some of
// their sizes are fixed all the same, and a cut changes them although nothing that they are computed from changes.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { openModel } from '../../../src/formats/open';
import { BATCH } from '../../../src/model/graph';
import { int64 } from '../../../src/model/tensor';
import { analyseChannels } from '../../../src/pruning/channels';
import { drawn } from '../../tensors';
import { cutAndCompare } from './cut-and-compare';
import { type ModelFile, writeModelFile } from './model-file';

const folder = mkdtempSync(join(tmpdir(), 'neuron-pruner-computed-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const NUMBERS = [0, 1, 2, 3].map((value) => [`n${value}`, int64([value])] as const);

/** batch, time and width are the sizes of x, [batch, time, 8]. */
const SIZES: ModelFile['nodes'] = [
  { type: 'Shape', inputs: ['x'], outputs: ['sizes'] },
  { type: 'Gather', inputs: ['sizes', 'n0'], outputs: ['batch'] },
  { type: 'Gather', inputs: ['sizes', 'n1'], outputs: ['time'] },
  { type: 'Gather', inputs: ['sizes', 'n2'], outputs: ['width'] },
];

test('heads whose width is computed from that of the whole are cut inside', async () => {
  const { before, after } = await cutAndCompare(
    folder,
    {
      opset: 14,
      x: ['batch', 'time', 8],
      y: ['batch', 'time', 5],
      nodes: [
        ...SIZES,
        { type: 'Div', inputs: ['width', 'n2'], outputs: ['each'] },
        { type: 'Mul', inputs: ['each', 'n3'], outputs: ['all'] },
        { type: 'Concat', inputs: ['batch', 'time', 'n3', 'each'], outputs: ['split'], attributes: { axis: 0 } },
        { type: 'Concat', inputs: ['batch', 'time', 'all'], outputs: ['joined'], attributes: { axis: 0 } },
        { type: 'MatMul', inputs: ['x', 'a'], outputs: ['wide'] },
        { type: 'Reshape', inputs: ['wide', 'split'], outputs: ['heads'] },
        { type: 'Transpose', inputs: ['heads'], outputs: ['apart'], attributes: { perm: [0, 2, 1, 3] } },
        { type: 'Tanh', inputs: ['apart'], outputs: ['bent'] },
        { type: 'Transpose', inputs: ['bent'], outputs: ['back'], attributes: { perm: [0, 2, 1, 3] } },
        { type: 'Reshape', inputs: ['back', 'joined'], outputs: ['merged'] },
        { type: 'MatMul', inputs: ['merged', 'b'], outputs: ['y'] },
      ],
      tensors: new Map([...NUMBERS, ['a', drawn([8, 12], 'a')], ['b', drawn([12, 5], 'b')]]),
    },
    [2, 3, 8],
  );
  assert.ok(after < 0.8 * before);
});

test('a token that is laid out for every sample and place, to a width that is computed, is cut with what it is added to', async () => {
  const { before, after } = await cutAndCompare(
    folder,
    {
      opset: 14,
      x: ['batch', 'time', 8],
      y: ['batch', 'time', 4],
      nodes: [
        ...SIZES,
        { type: 'Sub', inputs: ['width', 'n2'], outputs: ['narrow'] },
        { type: 'Concat', inputs: ['batch', 'time', 'narrow'], outputs: ['target'], attributes: { axis: 0 } },
        { type: 'Expand', inputs: ['token', 'target'], outputs: ['tokens'] },
        { type: 'MatMul', inputs: ['x', 'a'], outputs: ['made'] },
        { type: 'Add', inputs: ['made', 'tokens'], outputs: ['sum'] },
        { type: 'MatMul', inputs: ['sum', 'b'], outputs: ['y'] },
      ],
      tensors: new Map([
        ...NUMBERS,
        ['token', drawn([1, 1, 6], 'token')],
        ['a', drawn([8, 6], 'a')],
        ['b', drawn([6, 4], 'b')],
      ]),
    },
    [2, 3, 8],
  );
  assert.ok(after < before);
});

test('heads that are folded into a fixed batch are cut inside', async () => {
  const fold: ModelFile['nodes'] = [
    { type: 'Transpose', inputs: ['wide'], outputs: ['first'], attributes: { perm: [1, 0, 2] } },
    { type: 'Reshape', inputs: ['first', 'folded'], outputs: ['heads'] },
    { type: 'Tanh', inputs: ['heads'], outputs: ['bent'] },
    { type: 'Reshape', inputs: ['bent', 'whole'], outputs: ['back'] },
  ];
  const { before, after } = await cutAndCompare(
    folder,
    {
      opset: 14,
      x: [2, 3, 8],
      y: [3, 2, 5],
      nodes: [
        { type: 'MatMul', inputs: ['x', 'a'], outputs: ['wide'] },
        ...fold,
        { type: 'MatMul', inputs: ['back', 'b'], outputs: ['y'] },
      ],
      tensors: new Map([
        ['a', drawn([8, 24], 'a')],
        ['b', drawn([24, 5], 'b')],
        ['folded', int64([3, 8, 6])],
        ['whole', int64([3, 2, 24])],
      ]),
    },
    [2, 3, 8],
  );
  assert.ok(after < before);
});

test('heads that are folded into a batch of any size stay, as queries and keys go by the same; inside they are cut', async () => {
  const folded = (from: string, to: string): ModelFile['nodes'] => [
    { type: 'MatMul', inputs: ['x', from], outputs: [`${to} wide`] },
    { type: 'Reshape', inputs: [`${to} wide`, 'heads'], outputs: [`${to} heads`] },
    { type: 'Transpose', inputs: [`${to} heads`], outputs: [`${to} first`], attributes: { perm: [0, 2, 1, 3] } },
    { type: 'Reshape', inputs: [`${to} first`, 'folded'], outputs: [to] },
  ];
  const { before, after } = await cutAndCompare(
    folder,
    {
      opset: 14,
      x: ['batch', 3, 8],
      y: ['batch', 6, 4],
      nodes: [
        ...folded('a', 'queries'),
        ...folded('b', 'keys'),
        { type: 'Transpose', inputs: ['keys'], outputs: ['turned'], attributes: { perm: [0, 2, 1] } },
        { type: 'MatMul', inputs: ['queries', 'turned'], outputs: ['scores'] },
        { type: 'Reshape', inputs: ['scores', 'apart'], outputs: ['each'] },
        { type: 'MatMul', inputs: ['each', 'c'], outputs: ['y'] },
      ],
      tensors: new Map([
        ['a', drawn([8, 30], 'a')],
        ['b', drawn([8, 30], 'b')],
        ['c', drawn([9, 4], 'c')],
        ['heads', int64([0, 3, 6, 5])],
        ['folded', int64([-1, 3, 5])],
        ['apart', int64([-1, 6, 9])],
      ]),
    },
    [2, 3, 8],
  );
  assert.ok(after < 0.9 * before);
});

for (const [told, size] of [
  ['the sizes of what is padded', 'time'],
  ['constants alone', 'n5'],
] as const) {
  test(`windows of what a padding made whole, by amounts worked out from ${told}, leave the width to be cut`, async () => {
    const { before, after } = await cutAndCompare(
      folder,
      {
        opset: 14,
        x: ['batch', 5, 8],
        y: ['batch', 6, 4],
        nodes: [
          { type: 'MatMul', inputs: ['x', 'a'], outputs: ['wide'] },
          { type: 'Shape', inputs: ['wide'], outputs: ['sizes'] },
          { type: 'Gather', inputs: ['sizes', 'n1'], outputs: ['time'] },
          // 3 − 5 mod 3 = 1: as F.pad of PyTorch lays out what a program computes, the last axis first.
          { type: 'Mod', inputs: [size, 'n3'], outputs: ['over'] },
          { type: 'Sub', inputs: ['n3', 'over'], outputs: ['short'] },
          { type: 'Concat', inputs: ['n0', 'n0', 'n0', 'short'], outputs: ['amounts'], attributes: { axis: 0 } },
          { type: 'Shape', inputs: ['amounts'], outputs: ['said'] },
          { type: 'Sub', inputs: ['n6', 'said'], outputs: ['unsaid'] },
          { type: 'ConstantOfShape', inputs: ['unsaid'], outputs: ['none'], attributes: { value: int64([0]) } },
          { type: 'Concat', inputs: ['amounts', 'none'], outputs: ['all'], attributes: { axis: 0 } },
          { type: 'Reshape', inputs: ['all', 'pairs'], outputs: ['paired'] },
          { type: 'Slice', inputs: ['paired', 'last', 'first', 'n0', 'last'], outputs: ['turned'] },
          { type: 'Transpose', inputs: ['turned'], outputs: ['sides'], attributes: { perm: [1, 0] } },
          { type: 'Reshape', inputs: ['sides', 'last'], outputs: ['pads'] },
          { type: 'Pad', inputs: ['wide', 'pads'], outputs: ['padded'] },
          { type: 'Reshape', inputs: ['padded', 'windows'], outputs: ['apart'] },
          { type: 'Tanh', inputs: ['apart'], outputs: ['bent'] },
          { type: 'Reshape', inputs: ['bent', 'whole'], outputs: ['back'] },
          { type: 'MatMul', inputs: ['back', 'b'], outputs: ['y'] },
        ],
        tensors: new Map([
          ...NUMBERS,
          ['n5', int64([5])],
          ['n6', int64([6])],
          ['last', int64([-1])],
          ['first', int64([-(2 ** 63)])],
          ['pairs', int64([-1, 2])],
          ['windows', int64([-1, 2, 3, 12])],
          ['whole', int64([-1, 6, 12])],
          ['a', drawn([8, 12], 'a')],
          ['b', drawn([12, 4], 'b')],
        ]),
      },
      [2, 5, 8],
    );
    assert.ok(after < 0.8 * before);
  });
}

test('heads that are folded into as many samples as the file computes, and out of them again, are cut inside', async () => {
  const { before, after } = await cutAndCompare(
    folder,
    {
      opset: 14,
      x: ['batch', 3, 8],
      y: ['batch', 3, 5],
      nodes: [
        { type: 'MatMul', inputs: ['x', 'a'], outputs: ['wide'] },
        { type: 'Reshape', inputs: ['wide', 'apart'], outputs: ['heads'] },
        { type: 'Transpose', inputs: ['heads'], outputs: ['turned'], attributes: { perm: [0, 2, 1, 3] } },
        { type: 'Shape', inputs: ['x'], outputs: ['sizes'] },
        { type: 'Gather', inputs: ['sizes', 'n0'], outputs: ['batch'] },
        { type: 'Mul', inputs: ['batch', 'n2'], outputs: ['many'] },
        { type: 'Concat', inputs: ['many', 'n3', 'rest'], outputs: ['folded'], attributes: { axis: 0 } },
        { type: 'Reshape', inputs: ['turned', 'folded'], outputs: ['samples'] },
        { type: 'Tanh', inputs: ['samples'], outputs: ['bent'] },
        { type: 'Shape', inputs: ['bent'], outputs: ['more sizes'] },
        { type: 'Gather', inputs: ['more sizes', 'n0'], outputs: ['all'] },
        { type: 'Div', inputs: ['all', 'n2'], outputs: ['few'] },
        { type: 'Concat', inputs: ['few', 'n2', 'n3', 'rest'], outputs: ['unfolded'], attributes: { axis: 0 } },
        { type: 'Reshape', inputs: ['bent', 'unfolded'], outputs: ['again'] },
        { type: 'Transpose', inputs: ['again'], outputs: ['back'], attributes: { perm: [0, 2, 1, 3] } },
        { type: 'Reshape', inputs: ['back', 'joined'], outputs: ['merged'] },
        { type: 'MatMul', inputs: ['merged', 'b'], outputs: ['y'] },
      ],
      tensors: new Map([
        ...NUMBERS,
        ['rest', int64([-1])],
        ['apart', int64([0, 0, 2, 6])],
        ['joined', int64([0, 0, -1])],
        ['a', drawn([8, 12], 'a')],
        ['b', drawn([12, 5], 'b')],
      ]),
    },
    [2, 3, 8],
  );
  assert.ok(after < before);
});

test('no sizes at all, multiplied, are none', async () => {
  const path = writeModelFile(folder, {
    opset: 14,
    x: ['batch', 3],
    y: ['batch', 3],
    nodes: [
      { type: 'Mul', inputs: ['none', 'n2'], outputs: ['product'] },
      { type: 'ConstantOfShape', inputs: ['product'], outputs: ['zero'] },
      { type: 'Add', inputs: ['x', 'zero'], outputs: ['y'] },
    ],
    tensors: new Map([...NUMBERS, ['none', int64([])]]),
  });
  assert.deepEqual((await openModel(path)).graph.outputs[0]?.shape, [BATCH, 3]);
});

test('what is laid out in rows of a fixed length, over sizes that only a run tells, stays whole', async () => {
  const path = writeModelFile(folder, {
    opset: 14,
    x: [1, 3, 'height', 'width'],
    y: [1, 5],
    nodes: [
      { type: 'Conv', inputs: ['x', 'a'], outputs: ['wide'] },
      { type: 'Reshape', inputs: ['wide', 'row'], outputs: ['flat'] },
      { type: 'MatMul', inputs: ['flat', 'b'], outputs: ['y'] },
    ],
    tensors: new Map([
      ['a', drawn([10, 3, 1, 1], 'a')],
      ['b', drawn([40, 5], 'b')],
      ['row', int64([1, 40])],
    ]),
  });
  const channels = analyseChannels((await openModel(path)).graph);
  for (const weight of ['a', 'b'])
    for (const channel of channels.of(weight, 0) ?? []) assert.notEqual(channels.frozen(channel), undefined);
});

test('heads whose products are divided by the root of their width, worked out from it, are cut inside; the root stays', async () => {
  const root: ModelFile['nodes'] = [
    { type: 'Shape', inputs: ['queries'], outputs: ['query sizes'] },
    { type: 'Slice', inputs: ['query sizes', 'last', 'end'], outputs: ['inner'] },
    { type: 'Cast', inputs: ['inner'], outputs: ['number'], attributes: { to: 1 } },
    { type: 'Sqrt', inputs: ['number'], outputs: ['root'] },
  ];
  const { before, after } = await cutAndCompare(
    folder,
    {
      opset: 14,
      x: ['batch', 3, 8],
      y: ['batch', 3, 3],
      nodes: [
        { type: 'MatMul', inputs: ['x', 'a'], outputs: ['queries'] },
        { type: 'MatMul', inputs: ['x', 'b'], outputs: ['keys'] },
        { type: 'Transpose', inputs: ['keys'], outputs: ['turned'], attributes: { perm: [0, 2, 1] } },
        { type: 'MatMul', inputs: ['queries', 'turned'], outputs: ['products'] },
        ...root,
        { type: 'Div', inputs: ['products', 'root'], outputs: ['y'] },
      ],
      tensors: new Map([
        ['last', int64([-1])],
        ['end', int64([9])],
        ['a', drawn([8, 10], 'a')],
        ['b', drawn([8, 10], 'b')],
      ]),
    },
    [2, 3, 8],
  );
  assert.ok(after < 0.8 * before);
});

test('rows as many as a file multiplies from a list of sizes: a dense layer over sequences, as TensorFlow’s converter writes it', async () => {
  const { before, after } = await cutAndCompare(
    folder,
    {
      opset: 14,
      x: ['batch', 3, 8],
      y: ['batch', 3, 5],
      nodes: [
        { type: 'MatMul', inputs: ['x', 'a'], outputs: ['wide'] },
        { type: 'Shape', inputs: ['wide'], outputs: ['sizes'] },
        { type: 'Gather', inputs: ['sizes', 'outer'], outputs: ['outer sizes'] },
        { type: 'Gather', inputs: ['sizes', 'inner'], outputs: ['inner sizes'] },
        ...['outer', 'inner'].map((name) => ({
          type: 'ReduceProd',
          inputs: [`${name} sizes`],
          outputs: [`${name} product`],
          attributes: { axes: [0], keepdims: 1 },
        })),
        { type: 'Concat', inputs: ['outer product', 'inner product'], outputs: ['rows'], attributes: { axis: 0 } },
        { type: 'Reshape', inputs: ['wide', 'rows'], outputs: ['flat'] },
        { type: 'MatMul', inputs: ['flat', 'b'], outputs: ['made'] },
        { type: 'Concat', inputs: ['outer sizes', 'five'], outputs: ['target'], attributes: { axis: 0 } },
        { type: 'Reshape', inputs: ['made', 'target'], outputs: ['y'] },
      ],
      tensors: new Map([
        ['outer', int64([0, 1])],
        ['inner', int64([2])],
        ['five', int64([5])],
        ['a', drawn([8, 10], 'a')],
        ['b', drawn([10, 5], 'b')],
      ]),
    },
    [2, 3, 8],
  );
  assert.ok(after < 0.8 * before);
});

test('a target of the larger of two sizes, as TensorFlow’s converter writes products of batches, follows the cut', async () => {
  const { before, after } = await cutAndCompare(
    folder,
    {
      opset: 14,
      x: ['batch', 3, 8],
      y: ['batch', 3, 5],
      nodes: [
        ...['a', 'b'].flatMap((name): ModelFile['nodes'] => [
          { type: 'MatMul', inputs: ['x', name], outputs: [`${name} wide`] },
          { type: 'Reshape', inputs: [`${name} wide`, 'apart'], outputs: [`${name} heads`] },
          { type: 'Shape', inputs: [`${name} heads`], outputs: [`${name} sizes`] },
          { type: 'Gather', inputs: [`${name} sizes`, 'outer'], outputs: [`${name} outer`] },
        ]),
        { type: 'Mul', inputs: ['a heads', 'b heads'], outputs: ['products'] },
        { type: 'Max', inputs: ['a outer', 'b outer'], outputs: ['largest'] },
        { type: 'Concat', inputs: ['largest', 'n2'], outputs: ['target'], attributes: { axis: 0 } },
        { type: 'Reshape', inputs: ['products', 'target'], outputs: ['again'] },
        { type: 'Reshape', inputs: ['again', 'joined'], outputs: ['merged'] },
        { type: 'MatMul', inputs: ['merged', 'c'], outputs: ['y'] },
      ],
      tensors: new Map([
        ...NUMBERS,
        ['outer', int64([0, 1, 2])],
        ['apart', int64([0, 0, 7, 2])],
        ['joined', int64([0, 0, -1])],
        ['a', drawn([8, 14], 'a')],
        ['b', drawn([8, 14], 'b')],
        ['c', drawn([14, 5], 'c')],
      ]),
    },
    [2, 3, 8],
  );
  assert.ok(after < 0.85 * before, `${after} of ${before} parameters left`);
});
