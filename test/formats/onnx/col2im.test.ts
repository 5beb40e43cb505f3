// Windows added up to an image (PyTorch's fold): a channel of the image takes all positions of its windows along.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { int64 } from '../../../src/model/tensor';
import { drawn } from '../../tensors';
import { cutAndCompare } from './cut-and-compare';

const folder = mkdtempSync(join(tmpdir(), 'neuron-pruner-col2im-'));
after(() => rmSync(folder, { recursive: true, force: true }));

test('windows that lie one over the other', async () => {
  const { before, after } = await cutAndCompare(
    folder,
    {
      opset: 18,
      x: ['batch', 3, 3, 3],
      y: ['batch', 2, 4, 4],
      nodes: [
        { type: 'Conv', inputs: ['x', 'a'], outputs: ['wide'] },
        { type: 'Reshape', inputs: ['wide', 'columns'], outputs: ['windows'] },
        { type: 'Col2Im', inputs: ['windows', 'image', 'block'], outputs: ['folded'] },
        { type: 'Conv', inputs: ['folded', 'b'], outputs: ['y'] },
      ],
      tensors: new Map([
        ['a', drawn([24, 3, 1, 1], 'a')],
        ['b', drawn([2, 6, 1, 1], 'b')],
        ['columns', int64([0, 24, -1])],
        ['image', int64([4, 4])],
        ['block', int64([2, 2])],
      ]),
    },
    [2, 3, 3, 3],
  );
  assert.ok(after < 0.9 * before, `${after} of ${before} parameters left`);
});
