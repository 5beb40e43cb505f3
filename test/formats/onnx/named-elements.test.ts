// Messages along the edges of a graph, as networks on graphs pass them: channels are cut beside the places that are named.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { int64, type Tensor } from '../../../src/model/tensor';
import { drawn } from '../../tensors';
import { cutAndCompare } from './cut-and-compare';
import type { ModelFile } from './model-file';

const folder = mkdtempSync(join(tmpdir(), 'neuron-pruner-named-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const [NODES, EDGES] = [6, 9];
const [SOURCES, TARGETS] = [
  [0, 1, 2, 3, 4, 5, 0, 2, 4],
  [1, 2, 3, 4, 5, 0, 3, 5, 1],
];

async function isCut(messages: ModelFile['nodes'], tensors: readonly (readonly [string, Tensor])[]): Promise<void> {
  const { before, after } = await cutAndCompare(
    folder,
    {
      opset: 16,
      x: [NODES, 8],
      y: [NODES, 4],
      nodes: [
        { type: 'MatMul', inputs: ['x', 'a'], outputs: ['wide'] },
        ...messages,
        { type: 'Add', inputs: ['wide', 'sums'], outputs: ['both'] },
        { type: 'Relu', inputs: ['both'], outputs: ['bent'] },
        { type: 'MatMul', inputs: ['bent', 'b'], outputs: ['y'] },
      ],
      tensors: new Map([['a', drawn([8, 20], 'a')], ['b', drawn([20, 4], 'b')], ...tensors]),
    },
    [NODES, 8],
  );
  assert.ok(after < 0.75 * before, `${after} of ${before} parameters left`);
}

const list = (numbers: readonly number[], shape: readonly number[]): Tensor => ({
  ...int64(numbers),
  shape: [...shape],
});

/** The indices of the edges for every channel, as wide as what they name. */
const spread = (indices: string, like: string, name: string): ModelFile['nodes'] => [
  { type: 'Shape', inputs: [like], outputs: [`${name} sizes`] },
  { type: 'Expand', inputs: [indices, `${name} sizes`], outputs: [name] },
];
const ZEROS: ModelFile['nodes'] = [
  { type: 'Shape', inputs: ['wide'], outputs: ['sizes'] },
  { type: 'ConstantOfShape', inputs: ['sizes'], outputs: ['zeros'] },
];
const add = { reduction: 'add' };

test('gathered row by row and scattered element by element', () =>
  isCut(
    [
      ...ZEROS,
      { type: 'Gather', inputs: ['wide', 'sources'], outputs: ['messages'] },
      ...spread('targets', 'messages', 'places'),
      {
        type: 'ScatterElements',
        inputs: ['zeros', 'places', 'messages'],
        outputs: ['sums'],
        attributes: { axis: 0, ...add },
      },
    ],
    [
      ['sources', int64(SOURCES)],
      ['targets', list(TARGETS, [EDGES, 1])],
    ],
  ));

test('gathered element by element and scattered by coordinates', () =>
  isCut(
    [
      ...ZEROS,
      { type: 'Gather', inputs: ['wide', 'sources'], outputs: ['like'] },
      ...spread('spread', 'like', 'places'),
      { type: 'GatherElements', inputs: ['wide', 'places'], outputs: ['messages'], attributes: { axis: 0 } },
      { type: 'ScatterND', inputs: ['zeros', 'targets', 'messages'], outputs: ['sums'], attributes: add },
    ],
    [
      ['sources', int64(SOURCES)],
      ['spread', list(SOURCES, [EDGES, 1])],
      ['targets', list(TARGETS, [EDGES, 1])],
    ],
  ));

test('gathered by coordinates', () =>
  isCut(
    [
      ...ZEROS,
      { type: 'GatherND', inputs: ['wide', 'sources'], outputs: ['messages'] },
      { type: 'ScatterND', inputs: ['zeros', 'targets', 'messages'], outputs: ['sums'], attributes: add },
    ],
    [
      ['sources', list(SOURCES, [EDGES, 1])],
      ['targets', list(TARGETS, [EDGES, 1])],
    ],
  ));
