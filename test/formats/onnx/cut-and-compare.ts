// What a file has to stand: read, it computes what onnxruntime makes of it; cut and written, what it did silenced.
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { openModel } from '../../../src/formats/open';
import { costOf } from '../../../src/ops/cost';
import { analyseChannels } from '../../../src/pruning/channels';
import { cut } from '../../../src/pruning/cut';
import { mask } from '../../../src/pruning/mask';
import { runFile } from '../../onnx-file';
import { outputFor } from '../../run';
import { assertClose, drawn } from '../../tensors';
import { type ModelFile, writeModelFile } from './model-file';
import { weakestChannels } from './weakest';

/** Cuts 30 % of a file's channels; parameters before and after. */
export async function cutAndCompare(
  folder: string,
  file: ModelFile,
  sample: readonly number[],
): Promise<{ before: number; after: number }> {
  const path = writeModelFile(folder, file);
  const model = await openModel(path);
  const x = drawn(sample, 'x');
  assertClose(await outputFor(model.graph, x), await runFile(path, x), 1e-5, 'read');
  const channels = analyseChannels(model.graph);
  const removed = await weakestChannels(model, channels, 0.3);
  const smaller = { ...model, graph: cut(model.graph, channels, removed) };
  const written = await model.container.write(smaller, mkdtempSync(join(folder, 'cut-')));
  assertClose(await runFile(written, x), await outputFor(mask(model.graph, channels, removed), x), 1e-5, 'written');
  return { before: costOf(model).parameters, after: costOf(smaller).parameters };
}
