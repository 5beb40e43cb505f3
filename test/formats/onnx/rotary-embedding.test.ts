// Queries and keys turned by their places, as ONNX' own operator (opset 23) and as onnxruntime's: cut by whole heads or by
// pairs of numbers within them, the angles along, they compute what they did silenced.
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

const folder = mkdtempSync(join(tmpdir(), 'neuron-pruner-rotary-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const MICROSOFT = { domain: 'com.microsoft' } as const;
const [SIZE, PLACES] = [8, 6];
type Nodes = ModelFile['nodes'];

interface Rotation {
  readonly own?: boolean;
  readonly attributes?: Record<string, number>;
  readonly heads?: number;
  /** Of a head. */
  readonly width?: number;
  readonly pairs?: number;
  readonly places: Tensor;
  readonly inHeads?: boolean;
}

/** Queries and keys of one network, both turned, and what attends by them. */
function network(rotation: Rotation): ModelFile {
  const { own = false, attributes = {}, heads = 4, width = 10, pairs = width / 2, places, inHeads = false } = rotation;
  const turned = (name: string): Nodes[number] => ({
    ...(own ? MICROSOFT : {}),
    type: 'RotaryEmbedding',
    inputs: own ? [name, 'places', 'cos', 'sin'] : [name, 'cos', 'sin', 'places'],
    outputs: [`${name} turned`],
    attributes,
  });
  const apart = (name: string): Nodes => [
    { type: 'Reshape', inputs: [name, 'heads'], outputs: [`${name} flat`] },
    { type: 'Transpose', inputs: [`${name} flat`], outputs: [`${name} apart`], attributes: { perm: [0, 2, 1, 3] } },
  ];
  const form = inHeads ? ' apart' : '';
  const scores: Nodes = inHeads
    ? [{ type: 'Transpose', inputs: ['k apart turned'], outputs: ['keys'], attributes: { perm: [0, 1, 3, 2] } }]
    : [
        ...apart('q turned'),
        { type: 'Reshape', inputs: ['k turned', 'heads'], outputs: ['k turned flat'] },
        { type: 'Transpose', inputs: ['k turned flat'], outputs: ['keys'], attributes: { perm: [0, 2, 3, 1] } },
      ];
  return {
    opset: own ? 17 : 23,
    domains: new Map([['com.microsoft', 1]]),
    x: ['batch', 3, SIZE],
    y: ['batch', 3, 3, 5],
    nodes: [
      ...['q', 'k'].flatMap(
        (name): Nodes => [
          { type: 'MatMul', inputs: ['x', `${name} weight`], outputs: [name] },
          ...(inHeads ? apart(name) : []),
          turned(`${name}${form}`),
        ],
      ),
      ...scores,
      { type: 'MatMul', inputs: [inHeads ? 'q apart turned' : 'q turned apart', 'keys'], outputs: ['scores'] },
      { type: 'Transpose', inputs: ['scores'], outputs: ['heads last'], attributes: { perm: [0, 2, 3, 1] } },
      { type: 'MatMul', inputs: ['heads last', 'out'], outputs: ['y'] },
    ],
    tensors: new Map([
      ['q weight', drawn([SIZE, heads * width], 'q')],
      ['k weight', drawn([SIZE, heads * width], 'k')],
      ['cos', drawn([PLACES, pairs], 'cos')],
      ['sin', drawn([PLACES, pairs], 'sin')],
      ['places', places],
      ['heads', int64([0, 0, heads, -1])],
      ['out', drawn([heads, 5], 'out')],
    ]),
  };
}

const rows = (batch: number): Tensor => ({
  ...int64(Array.from({ length: batch * 3 }, (_, i) => (i * 2) % PLACES)),
  shape: [batch, 3],
});
const isCut = async (rotation: Rotation, share: number): Promise<void> => {
  const { before, after } = await cutAndCompare(folder, network(rotation), [2, 3, SIZE]);
  assert.ok(after < share * before, `${after} of ${before} parameters left`);
};
const num_heads = 4;

test('heads side by side, turned whole', () => isCut({ places: rows(2), attributes: { num_heads } }, 0.85));
test('in neighbouring pairs', () => isCut({ places: rows(2), attributes: { num_heads, interleaved: 1 } }, 0.85));
test('in part', () => isCut({ places: rows(2), pairs: 3, attributes: { num_heads, rotary_embedding_dim: 6 } }, 0.85));
test('heads apart', () => isCut({ places: rows(2), inHeads: true }, 0.85));
test('by whole heads', () => isCut({ places: rows(2), heads: 7, width: 4, attributes: { num_heads: 7 } }, 0.85));
test('onnxruntime’s own, by whole heads', () => isCut({ own: true, places: int64([1]), heads: 7, width: 4 }, 0.85));
test('onnxruntime’s own, places counted from one', () => isCut({ own: true, places: int64([2]) }, 0.85));
test('onnxruntime’s own, heads apart, in pairs', () =>
  isCut({ own: true, places: rows(2), inHeads: true, attributes: { interleaved: 1 } }, 0.85));
test('onnxruntime’s own, in part', () =>
  isCut({ own: true, places: rows(2), pairs: 3, attributes: { num_heads, rotary_embedding_dim: 6 } }, 0.85));

test('angles that are not as many as the heads are wide freeze what they touch, and it says so', async () => {
  const path = writeModelFile(folder, network({ places: rows(2), pairs: 3, attributes: { num_heads } }));
  const { graph, warnings } = await openModel(path);
  assert.match(warnings.join(' '), /its angles are not those of its heads/);
  const channels = analyseChannels(graph);
  assert.notEqual(channels.frozen(channels.of('q weight', 1)?.[0] ?? 0), undefined);
});
