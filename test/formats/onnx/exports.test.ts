// Small models as PyTorch exports them (test/fixtures/onnx/generate.py): read, cut, written, read again; every time they
// compute what they should, in our engine and in onnxruntime on the file itself.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { openModel } from '../../../src/formats/open';
import { float32, type Tensor } from '../../../src/model/tensor';
import { costOf } from '../../../src/ops/cost';
import { analyseChannels } from '../../../src/pruning/channels';
import { cut } from '../../../src/pruning/cut';
import { mask } from '../../../src/pruning/mask';
import { runFile } from '../../onnx-file';
import { outputFor } from '../../run';
import { assertClose } from '../../tensors';
import { weakestChannels } from './weakest';

const FIXTURES = 'test/fixtures/onnx';

/** By name, the least share of the parameters that goes where 30 % of the channels do. */
const EXPORTS: readonly (readonly [name: string, gone: number])[] = [
  ['decoder', 0.15],
  ['dense', 0.3],
  ['flat', 0.3],
  ['gru', 0.2],
  ['inverted', 0.2],
  ['lstm', 0.2],
  ['norms', 0.1],
  ['pixelshuffle', 0.15],
  ['residual', 0.3],
  ['shuffle', 0.04],
  ['transformer', 0.07],
  ['unet', 0.3],
];

const folder = mkdtempSync(join(tmpdir(), 'neuron-pruner-exports-'));
after(() => rmSync(folder, { recursive: true, force: true }));

interface Stored {
  readonly type: string;
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

function tensorOf({ type, shape, data }: Stored): Tensor {
  if (type === 'float32') return float32(shape, Float32Array.from(data));
  return { type: 'int64', shape, data: BigInt64Array.from(data, BigInt) };
}

for (const [name, gone] of EXPORTS) {
  const { x, y } = JSON.parse(readFileSync(join(FIXTURES, `${name}.json`), 'utf8')) as { x: Stored; y: Stored };
  for (const way of ['script', 'dynamo']) {
    const path = join(FIXTURES, `${name}-${way}.onnx`);

    test(`${name} by PyTorch's ${way} exporter: read, it computes what PyTorch's file does`, async () => {
      const { graph } = await openModel(path);
      assertClose(await outputFor(graph, tensorOf(x)), tensorOf(y), 1e-4, 'output');
    });

    test(`${name} by PyTorch's ${way} exporter: unchanged, it comes back byte for byte`, async () => {
      const model = await openModel(path);
      const written = await model.container.write(model, join(folder, `${name}-${way}-same`));
      assert.ok(readFileSync(written).equals(readFileSync(path)));
    });

    test(`${name} by PyTorch's ${way} exporter: cut, it computes what it did silenced, and so does the file written`, async () => {
      const model = await openModel(path);
      const channels = analyseChannels(model.graph);
      const removed = await weakestChannels(model, channels, 0.3);
      const smaller = { ...model, graph: cut(model.graph, channels, removed) };
      const [before, now] = [costOf(model).parameters, costOf(smaller).parameters];
      assert.ok(now <= (1 - gone) * before, `${now} of ${before} parameters are left`);
      const input = tensorOf(x);
      const output = await outputFor(smaller.graph, input);
      assertClose(await outputFor(mask(model.graph, channels, removed), input), output, 1e-5, 'silenced');
      const written = await model.container.write(smaller, join(folder, `${name}-${way}`));
      assertClose(await runFile(written, input), output, 1e-4, 'written');
      const again = await openModel(written);
      assert.equal(costOf(again).parameters, now);
      assertClose(await outputFor(again.graph, input), output, 1e-5, 'read again');
    });
  }
}
