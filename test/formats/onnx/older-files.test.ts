// Files of older converters: read, cut and written, they compute what onnxruntime makes of them.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { openModel } from '../../../src/formats/open';
import { int64 } from '../../../src/model/tensor';
import { analyseChannels } from '../../../src/pruning/channels';
import { cut } from '../../../src/pruning/cut';
import { mask } from '../../../src/pruning/mask';
import { runFile } from '../../onnx-file';
import { outputFor } from '../../run';
import { assertClose, drawn } from '../../tensors';
import { cutAndCompare } from './cut-and-compare';
import { writeModelFile } from './model-file';

const folder = mkdtempSync(join(tmpdir(), 'neuron-pruner-older-'));
after(() => rmSync(folder, { recursive: true, force: true }));

/** "To the end", as exporters write it. */
const END = 2 ** 63;

test('a slice to the end, before opset 10 by an attribute of 2⁶³ − 1, keeps what lies there', async () => {
  const { before, after } = await cutAndCompare(
    folder,
    {
      opset: 9,
      x: [1, 3, 6, 6],
      y: [1, 4, 2, 2],
      nodes: [
        { type: 'Conv', inputs: ['x', 'a'], outputs: ['wide'] },
        {
          type: 'Slice',
          inputs: ['wide'],
          outputs: ['part'],
          attributes: { axes: [1, 2, 3], starts: [2, 2, 2], ends: [END, END, END] },
        },
        { type: 'Conv', inputs: ['part', 'b'], outputs: ['y'] },
      ],
      tensors: new Map([
        ['a', drawn([12, 3, 3, 3], 'a')],
        ['b', drawn([4, 10, 1, 1], 'b')],
      ]),
    },
    [1, 3, 6, 6],
  );
  assert.ok(after < before);
});

test('a slice by numbers of 32 bits is written anew in as many', async () => {
  const short = (...values: number[]) => ({ type: 'int32', shape: [1], data: Int32Array.from(values) }) as const;
  const { before, after } = await cutAndCompare(
    folder,
    {
      opset: 13,
      x: [1, 3, 4, 4],
      y: [1, 4, 4, 4],
      nodes: [
        { type: 'Conv', inputs: ['x', 'a'], outputs: ['wide'] },
        { type: 'Slice', inputs: ['wide', 'starts', 'ends', 'axes'], outputs: ['part'] },
        { type: 'Conv', inputs: ['part', 'b'], outputs: ['y'] },
      ],
      tensors: new Map([
        ['a', drawn([12, 3, 1, 1], 'a')],
        ['b', drawn([4, 8, 1, 1], 'b')],
        ['starts', short(2)],
        ['ends', short(10)],
        ['axes', short(1)],
      ]),
    },
    [1, 3, 4, 4],
  );
  assert.ok(after < before);
});

test('a slice to the end that a cut writes anew still reaches the end on its other axes', async () => {
  const { before, after } = await cutAndCompare(
    folder,
    {
      opset: 13,
      x: [1, 3, 6, 6],
      y: [1, 4, 2, 2],
      nodes: [
        { type: 'Conv', inputs: ['x', 'a'], outputs: ['wide'] },
        { type: 'Slice', inputs: ['wide', 'starts', 'ends', 'axes'], outputs: ['part'] },
        { type: 'Conv', inputs: ['part', 'b'], outputs: ['y'] },
      ],
      tensors: new Map([
        ['a', drawn([12, 3, 3, 3], 'a')],
        ['b', drawn([4, 10, 1, 1], 'b')],
        ['starts', int64([2, 2, 2])],
        ['ends', int64([END, END, END])],
        ['axes', int64([1, 2, 3])],
      ]),
    },
    [1, 3, 6, 6],
  );
  assert.ok(after < before);
});

test('the operators that Core ML converters wrote and ONNX took out again do not stop pruning', async () => {
  const { before, after } = await cutAndCompare(
    folder,
    {
      opset: 7,
      x: [1, 3, 8, 8],
      y: [1, 4, 4, 4],
      nodes: [
        { type: 'ImageScaler', inputs: ['x'], outputs: ['scaled'], attributes: { bias: [-0.4, 0.1, 0.2], scale: 2 } },
        { type: 'Conv', inputs: ['scaled', 'a'], outputs: ['wide'] },
        { type: 'ScaledTanh', inputs: ['wide'], outputs: ['bent'], attributes: { alpha: 1.7, beta: 0.6 } },
        { type: 'Crop', inputs: ['bent'], outputs: ['part'], attributes: { border: [1, 2, 1, 0] } },
        { type: 'Affine', inputs: ['part'], outputs: ['moved'], attributes: { alpha: 0.5, beta: 0.3 } },
        { type: 'Conv', inputs: ['moved', 'b'], outputs: ['y'] },
      ],
      tensors: new Map([
        ['a', drawn([12, 3, 3, 3], 'a')],
        ['b', drawn([4, 12, 1, 1], 'b')],
      ]),
    },
    [1, 3, 8, 8],
  );
  assert.ok(after < 0.8 * before);
});

test('channels of an image that only a run counts are read by a convolution that counts its own', async () => {
  const path = writeModelFile(folder, {
    opset: 13,
    x: ['batch', 'channels', 'height', 'width'],
    y: ['batch', 4, 'height', 'width'],
    nodes: [
      { type: 'Conv', inputs: ['x', 'a'], outputs: ['wide'] },
      { type: 'Conv', inputs: ['wide', 'b'], outputs: ['y'] },
    ],
    tensors: new Map([
      ['a', drawn([6, 3, 1, 1], 'a')],
      ['b', drawn([4, 6, 1, 1], 'b')],
    ]),
  });
  const { graph } = await openModel(path);
  const channels = analyseChannels(graph);
  const own = channels.of('a', 0) ?? [];
  assert.ok([...own].every((channel) => channels.frozen(channel) === undefined));
});

test('weights that an operator nobody knows makes freeze what they touch, and nothing else', async () => {
  const path = writeModelFile(folder, {
    opset: 13,
    domains: new Map([['own', 1]]),
    x: [1, 3, 6, 6],
    y: [1, 4, 6, 6],
    nodes: [
      { type: 'Unpack', domain: 'own', inputs: ['packed'], outputs: ['a'] },
      { type: 'Conv', inputs: ['x', 'first'], outputs: ['before'] },
      { type: 'Conv', inputs: ['before', 'second'], outputs: ['between'] },
      { type: 'Conv', inputs: ['between', 'a'], outputs: ['y'] },
    ],
    tensors: new Map([
      ['packed', drawn([4, 6], 'packed')],
      ['first', drawn([8, 3, 1, 1], 'first')],
      ['second', drawn([6, 8, 1, 1], 'second')],
    ]),
  });
  const { graph, warnings } = await openModel(path);
  assert.match(warnings.join(' '), /own\.Unpack is not known/);
  const channels = analyseChannels(graph);
  const [first = 0] = channels.of('first', 0) ?? [];
  assert.equal(channels.frozen(first), undefined);
  const [second = 0] = channels.of('second', 0) ?? [];
  assert.notEqual(channels.frozen(second), undefined);
});

test('axes that only a run tells leave what they touch alone, and nothing else', async () => {
  const path = writeModelFile(folder, {
    opset: 18,
    x: ['batch', 3, 6],
    y: ['batch', 3],
    nodes: [
      { type: 'MatMul', inputs: ['x', 'a'], outputs: ['wide'] },
      { type: 'MatMul', inputs: ['wide', 'b'], outputs: ['made'] },
      { type: 'Abs', inputs: ['axis'], outputs: ['axes'] },
      { type: 'ReduceMax', inputs: ['made', 'axes'], outputs: ['y'], attributes: { keepdims: 0 } },
    ],
    tensors: new Map([
      ['a', drawn([6, 8], 'a')],
      ['b', drawn([8, 5], 'b')],
      ['axis', int64([-2])],
    ]),
  });
  const { graph } = await openModel(path);
  const channels = analyseChannels(graph);
  assert.equal(channels.frozen(channels.of('a', 1)?.[0] ?? 0), undefined);
  assert.notEqual(channels.frozen(channels.of('b', 1)?.[0] ?? 0), undefined);
});

test('what stands behind an operator nobody knows, of whose result nothing is said, is pruned by what its weights read', async () => {
  const path = writeModelFile(folder, {
    opset: 13,
    domains: new Map([['own', 1]]),
    x: [1, 3, 6, 6],
    y: [1, 4, 6, 6],
    nodes: [
      { type: 'Prepare', domain: 'own', inputs: ['x'], outputs: ['prepared'] },
      { type: 'Conv', inputs: ['prepared', 'first'], outputs: ['wide'] },
      { type: 'Conv', inputs: ['wide', 'second'], outputs: ['y'] },
    ],
    tensors: new Map([
      ['first', drawn([8, 3, 1, 1], 'first')],
      ['second', drawn([4, 8, 1, 1], 'second')],
    ]),
  });
  const { graph } = await openModel(path);
  const channels = analyseChannels(graph);
  assert.equal(channels.frozen(channels.of('first', 0)?.[0] ?? 0), undefined);
  assert.notEqual(channels.frozen(channels.of('first', 1)?.[0] ?? 0), undefined);
});

test('a network of scikit-learn behind the scaler of its pipeline', async () => {
  const { before, after } = await cutAndCompare(
    folder,
    {
      opset: 15,
      domains: new Map([['ai.onnx.ml', 1]]),
      x: ['batch', 4],
      y: ['batch', 3],
      nodes: [
        {
          type: 'Scaler',
          domain: 'ai.onnx.ml',
          inputs: ['x'],
          outputs: ['scaled'],
          attributes: { offset: [0.5, -0.25, 1.5, 0.125], scale: [0.75, 2.5, 0.5, 1.25] },
        },
        { type: 'MatMul', inputs: ['scaled', 'a'], outputs: ['wide'] },
        { type: 'Relu', inputs: ['wide'], outputs: ['bent'] },
        { type: 'MatMul', inputs: ['bent', 'b'], outputs: ['y'] },
      ],
      tensors: new Map([
        ['a', drawn([4, 20], 'a')],
        ['b', drawn([20, 3], 'b')],
      ]),
    },
    [5, 4],
  );
  assert.ok(after < 0.8 * before);
});

for (const opset of [11, 13]) {
  test(`an axis that a cut leaves one element of is not squeezed away, opset ${opset}`, async () => {
    const path = writeModelFile(folder, {
      opset,
      x: [1, 3, 6, 6],
      y: [2, 4],
      nodes: [
        { type: 'Conv', inputs: ['x', 'a'], outputs: ['wide'] },
        { type: 'GlobalAveragePool', inputs: ['wide'], outputs: ['pooled'] },
        { type: 'Concat', inputs: ['pooled', 'pooled'], outputs: ['twice'], attributes: { axis: 0 } },
        { type: 'Squeeze', inputs: ['twice'], outputs: ['flat'] },
        { type: 'MatMul', inputs: ['flat', 'b'], outputs: ['y'] },
      ],
      tensors: new Map([
        ['a', drawn([3, 3, 1, 1], 'a')],
        ['b', drawn([3, 4], 'b')],
      ]),
    });
    const model = await openModel(path);
    const channels = analyseChannels(model.graph);
    const removed = new Set([...(channels.of('a', 0) ?? [])].slice(1));
    const smaller = { ...model, graph: cut(model.graph, channels, removed) };
    const written = await model.container.write(smaller, mkdtempSync(join(folder, 'one-')));
    const x = drawn([1, 3, 6, 6], 'x');
    assertClose(await runFile(written, x), await outputFor(mask(model.graph, channels, removed), x), 1e-5, 'written');
  });
}
