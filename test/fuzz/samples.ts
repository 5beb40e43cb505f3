// The models that get damaged.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { buildModel } from '../../src/architectures/index';
import { openModel } from '../../src/formats/open';
import { PRECISIONS } from '../../src/model/quantize';
import { quantizedModel } from '../../src/session/stages/quantize';
import type { Sample } from './run';

const MODELS = '../shared/models';
const FIXTURES = 'test/fixtures';

/** Larger files only take longer: their structure is no richer. */
const MAX_BYTES = 3 * 2 ** 20;

/** What any checkout has: a TF.js model made here, and the small files of the other formats among the fixtures. */
export async function madeSamples(): Promise<Sample[]> {
  const folder = mkdtempSync(join(tmpdir(), 'neuron-pruner-fuzz-made-'));
  try {
    const model = buildModel('lenet5-maxout', { inputShape: [28, 28, 1], classes: 10, seed: 1 });
    const written = await model.container.write(model, join(folder, 'lenet5'));
    const samples = [sampleOf('lenet5', written)];
    // In fewer bits: a manifest with quantization, an ONNX file with DequantizeLinear.
    for (const own of [model, await openModel(join(FIXTURES, 'onnx', 'flat-script.onnx'))]) {
      for (const precision of PRECISIONS) {
        const smaller = await quantizedModel(own, precision);
        const name = `${own.container.format} ${precision}`;
        samples.push(sampleOf(name, await smaller.container.write(smaller, join(folder, name))));
      }
    }
    return [...samples, ...filesBelow(FIXTURES).map((path) => sampleOf(path, path))];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** By format, in the order of the alphabet. */
export function realSamples(): Map<string, Sample[]> {
  const result = new Map<string, Sample[]>(['h5', 'keras', 'onnx', 'tfjs'].map((format) => [format, []]));
  for (const path of filesBelow(MODELS)) {
    const format = relative(MODELS, path).split(/[/\\]/)[0] ?? '';
    result.get(format)?.push(sampleOf(relative(MODELS, path), path));
  }
  return result;
}

function filesBelow(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => /\.(h5|hdf5|keras|onnx)$|(^|[/\\])model\.json$/.test(path))
    .map((path) => join(folder, path))
    .filter((path) => statSync(path).size <= MAX_BYTES)
    .sort();
}

/** A model.json with all that lies beside it; any other file alone. */
function sampleOf(name: string, path: string): Sample {
  const folder = dirname(path);
  const beside = path.endsWith('.json') ? readdirSync(folder).filter((file) => join(folder, file) !== path) : [];
  const files = new Map(
    [path, ...beside.map((file) => join(folder, file))].map((file) => [relative(folder, file), read(file)]),
  );
  return { name, files };
}

function read(path: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(readFileSync(path));
}
