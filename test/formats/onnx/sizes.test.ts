// Amounts, scales and shapes in a file ask for tensors of any size: what is none, or fits into no machine, is refused in
// one sentence before anything is allocated.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { openModel } from '../../../src/formats/open';
import { float32, int64, type Tensor } from '../../../src/model/tensor';
import { largestValue } from '../../../src/ops/sample-size';
import { analyseChannels } from '../../../src/pruning/channels';
import { writeModelFile } from './model-file';

const folder = mkdtempSync(join(tmpdir(), 'neuron-pruner-sizes-'));
after(() => rmSync(folder, { recursive: true, force: true }));

/** Of x [batch, 4], and what a node makes of it by the amounts given. */
function asking(type: string, amounts: Tensor, inputs: readonly string[] = ['x', 'amounts']): string {
  const tensors = new Map([['amounts', amounts]]);
  return writeModelFile(folder, {
    opset: 17,
    x: ['batch', 4],
    y: ['batch', 'any'],
    nodes: [{ type, inputs, outputs: ['y'] }],
    tensors,
  });
}

const scales = (...values: readonly number[]): Tensor => float32([values.length], Float32Array.from(values));

const REFUSED: readonly [what: string, path: () => string][] = [
  ['padding that takes away more than there is', () => asking('Pad', int64([0, 0, 0, -1000]))],
  ['a scale without end', () => asking('Resize', scales(1, Number.POSITIVE_INFINITY), ['x', '', 'amounts'])],
  ['a scale below zero', () => asking('Resize', scales(1, -2), ['x', '', 'amounts'])],
  ['a tensor tiled less than once', () => asking('Tile', int64([1, -5]))],
  ['a hundred axes', () => asking('Unsqueeze', int64(Array.from({ length: 100 }, (_, i) => i + 2)))],
  ['a constant of 3 GB', () => asking('ConstantOfShape', int64([8, 100_000_000]), ['amounts'])],
];

for (const [what, path] of REFUSED) {
  test(`${what} is refused`, () =>
    assert.rejects(openModel(path()), (error: Error) => error.name === 'UserError' && error.message.length < 400));
}

test('a model that makes more of a sample than fits into memory is looked at, and not run', async () => {
  const { graph } = await openModel(asking('Tile', int64([1, 100_000_000])));
  assert.throws(() => largestValue(graph), /Tile .* makes \[400000000\] of one sample/);
});

for (const [type, inputs, missing] of [
  ['Relu', [''], 0],
  ['Add', ['x', ''], 1],
] as const) {
  test(`${type} without its input ${missing} is refused`, async () => {
    const nodes = [{ type, inputs, outputs: ['y'] }];
    const path = writeModelFile(folder, { opset: 17, x: ['batch', 4], y: ['batch', 4], nodes, tensors: new Map() });
    await assert.rejects(
      async () => analyseChannels((await openModel(path)).graph),
      (error: Error) => error.name === 'UserError' && error.message.includes(`lacks input ${missing}`),
    );
  });
}

test('a node that reads what nothing makes is refused', async () => {
  const nodes = [{ type: 'Add', inputs: ['x', 'gone'], outputs: ['y'] }];
  const path = writeModelFile(folder, { opset: 17, x: ['batch', 4], y: ['batch', 4], nodes, tensors: new Map() });
  await assert.rejects(
    openModel(path),
    (error: Error) => error.name === 'UserError' && /"gone", which nothing makes/.test(error.message),
  );
});
