// Channels normalised in groups: whole groups go, exactly, in every form that exporters write.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { float32, int64, type Tensor } from '../../../src/model/tensor';
import { drawn } from '../../tensors';
import { cutAndCompare } from './cut-and-compare';
import type { ModelFile } from './model-file';

const folder = mkdtempSync(join(tmpdir(), 'neuron-pruner-groups-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const WEIGHTS: readonly (readonly [string, Tensor])[] = [
  ['a', drawn([24, 2, 3, 3], 'a')],
  ['b', drawn([3, 24, 1, 1], 'b')],
];

async function isCut(opset: number, sizes: readonly (number | string)[], form: Pick<ModelFile, 'nodes' | 'tensors'>) {
  const { before, after } = await cutAndCompare(
    folder,
    {
      opset,
      x: ['batch', 2, ...sizes],
      y: ['batch', 3, ...sizes],
      nodes: [
        { type: 'Conv', inputs: ['x', 'a'], outputs: ['wide'], attributes: { pads: [1, 1, 1, 1] } },
        ...form.nodes,
        { type: 'Conv', inputs: ['normal', 'b'], outputs: ['y'] },
      ],
      tensors: new Map([...WEIGHTS, ...form.tensors]),
    },
    [2, 2, 5, 4],
  );
  assert.ok(after < 0.85 * before, `${after} of ${before} parameters left`);
}

const INSTANCES: Pick<ModelFile, 'nodes' | 'tensors'> = {
  nodes: [
    { type: 'Reshape', inputs: ['wide', 'groups'], outputs: ['grouped'] },
    { type: 'InstanceNormalization', inputs: ['grouped', 'ones', 'zeros'], outputs: ['own'] },
    { type: 'Shape', inputs: ['wide'], outputs: ['sizes'] },
    { type: 'Reshape', inputs: ['own', 'sizes'], outputs: ['apart'] },
    { type: 'Mul', inputs: ['apart', 'scale'], outputs: ['scaled'] },
    { type: 'Add', inputs: ['scaled', 'bias'], outputs: ['normal'] },
  ],
  tensors: new Map([
    ['groups', int64([0, 6, -1])],
    ['ones', float32([6], new Float32Array(6).fill(1))],
    ['zeros', float32([6], new Float32Array(6))],
    ['scale', drawn([24, 1, 1], 'scale')],
    ['bias', drawn([24, 1, 1], 'bias')],
  ]),
};

test('as an InstanceNormalization of groups, which PyTorch writes before opset 21', () => isCut(17, [5, 4], INSTANCES));

test('the same on images of any size', () => isCut(17, ['height', 'width'], INSTANCES));

const asOneNode = (parameters: number): Pick<ModelFile, 'nodes' | 'tensors'> => ({
  nodes: [
    {
      type: 'GroupNormalization',
      inputs: ['wide', 'scale', 'bias'],
      outputs: ['normal'],
      attributes: { num_groups: 6, epsilon: 0.001 },
    },
  ],
  tensors: new Map([
    ['scale', drawn([parameters], 'scale')],
    ['bias', drawn([parameters], 'bias')],
  ]),
});

test('as a GroupNormalization of opset 21, with a scale a channel', () => isCut(21, [5, 4], asOneNode(24)));

test('as a GroupNormalization of opset 18, with a scale a group', () => isCut(18, [5, 4], asOneNode(6)));
