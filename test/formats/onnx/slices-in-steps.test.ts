// Every second number of an axis, as PyTorch's exports turn queries and keys in neighbouring pairs: blocks of as many are
// cut as the step is long.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { openModel } from '../../../src/formats/open';
import { int64 } from '../../../src/model/tensor';
import { analyseChannels } from '../../../src/pruning/channels';
import { drawn } from '../../tensors';
import { cutAndCompare } from './cut-and-compare';
import { type ModelFile, writeModelFile } from './model-file';

const folder = mkdtempSync(join(tmpdir(), 'neuron-pruner-steps-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const LARGEST = Number.MAX_SAFE_INTEGER;

/** Three slices of 24 numbers, from `starts` on; they meet again. */
function network(starts: readonly number[], step: number, end: number): ModelFile {
  const slices = starts.map((start, i): ModelFile['nodes'][number] => ({
    type: 'Slice',
    inputs: ['wide', `start${start}`, 'end', 'last', 'step'],
    outputs: [`slice${i}`],
  }));
  const count = Math.ceil((Math.min(end, 24) - (starts[0] ?? 0)) / step);
  return {
    opset: 17,
    x: ['batch', 6],
    y: ['batch', 5],
    nodes: [
      { type: 'MatMul', inputs: ['x', 'a'], outputs: ['wide'] },
      ...slices,
      { type: 'Mul', inputs: ['slice0', 'scale'], outputs: ['scaled'] },
      { type: 'Sub', inputs: ['scaled', 'slice1'], outputs: ['turned'] },
      { type: 'Concat', inputs: ['turned', 'slice2'], outputs: ['both'], attributes: { axis: 1 } },
      { type: 'MatMul', inputs: ['both', 'b'], outputs: ['y'] },
    ],
    tensors: new Map([
      ['a', drawn([6, 24], 'a')],
      ['b', drawn([2 * count, 5], 'b')],
      ['scale', drawn([count], 'scale')],
      ...starts.map((start) => [`start${start}`, int64([start])] as const),
      ['end', int64([end])],
      ['last', int64([-1])],
      ['step', int64([step])],
    ]),
  };
}

const frozen = async (file: ModelFile): Promise<string | undefined> => {
  const channels = analyseChannels((await openModel(writeModelFile(folder, file))).graph);
  return channels.frozen(channels.of('a', 1)?.[0] ?? 0);
};

for (const [step, starts] of [
  [2, [0, 1, 1]],
  [3, [0, 2, 1]],
] as const) {
  for (const end of [24, LARGEST]) {
    test(`every ${step}. number up to ${end === 24 ? 'the last' : 'wherever the end is'}`, async () => {
      const { before, after } = await cutAndCompare(folder, network(starts, step, end), [4, 6]);
      assert.ok(after < 0.8 * before, `${after} of ${before} parameters left`);
    });
  }
}

test('steps that blocks do not fill freeze what they touch', async () => {
  assert.match(String(await frozen(network([0, 1, 2], 5, 20))), /Slice takes it in steps/);
  assert.match(String(await frozen(network([0, 1, 1], 2, 20))), /Slice takes it in steps/);
});
