// TF.js models on disk in every way TF.js allows: in groups and shards, quantised, indented.
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { elementCount } from '../../src/model/tensor';
import { tf } from '../tensorflow';

export type Stored = 'float32' | 'float16' | 'uint8' | 'uint16';

export interface FolderOptions {
  readonly stored?: Stored;
  /** Groups the weights are divided into, in order. */
  readonly groups?: number;
  /** Sizes of the first shards of every group; the last holds what is left. */
  readonly shards?: readonly number[];
  /** Folder of the shards, below the model's. */
  readonly below?: string;
  /** What JSON.stringify takes. */
  readonly indent?: string;
  /** Last changes to the JSON before it is written, and to its text. */
  change?(json: ModelJson): void;
  edit?(text: string): string;
}

export interface ModelJson {
  modelTopology: Record<string, unknown>;
  weightsManifest: { paths: string[]; weights: Record<string, unknown>[] }[];
  [field: string]: unknown;
}

interface Encoded {
  readonly entry: Record<string, unknown>;
  readonly bytes: Uint8Array;
}

/** Returns the path of the model.json. */
export async function writeTfjs(network: tf.LayersModel, folder: string, options: FolderOptions = {}): Promise<string> {
  const { stored = 'float32', groups = 1, shards = [], below = '', indent = '', change, edit } = options;
  let topology: unknown;
  await network.save(
    tf.io.withSaveHandler(async ({ modelTopology }) => {
      topology = modelTopology;
      return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
    }),
  );
  const weights = namedWeights(network).map(({ name, tensor }) => encode(name, tensor, stored));
  const size = Math.ceil(weights.length / groups);
  const json: ModelJson = {
    format: 'layers-model',
    generatedBy: 'a test',
    modelTopology: topology as Record<string, unknown>,
    weightsManifest: [],
  };
  await mkdir(join(folder, below), { recursive: true });
  for (let group = 0; group < groups; group++) {
    const own = weights.slice(group * size, (group + 1) * size);
    const bytes = Buffer.concat(own.map((weight) => weight.bytes));
    const ends = [0, ...shards.map((_, i) => shards.slice(0, i + 1).reduce((a, b) => a + b, 0)), bytes.length];
    const paths = ends.slice(1).map((_, i) => join(below, `group${group + 1}-shard${i + 1}of${ends.length - 1}.bin`));
    for (const [i, path] of paths.entries()) {
      await writeFile(join(folder, path), bytes.subarray(ends[i], ends[i + 1]));
    }
    json.weightsManifest.push({ paths, weights: own.map(({ entry }) => entry) });
  }
  change?.(json);
  const text = JSON.stringify(json, null, indent);
  const path = join(folder, 'model.json');
  await writeFile(path, edit?.(text) ?? text);
  return path;
}

/** In the order and by the names that TF.js saves them. */
export function namedWeights(network: tf.LayersModel): { name: string; tensor: tf.Tensor }[] {
  const values = network.getWeights();
  return network.weights.map(({ originalName }, i) => ({ name: originalName, tensor: values[i] as tf.Tensor }));
}

function encode(name: string, tensor: tf.Tensor, stored: Stored): Encoded {
  const values = tensor.dataSync() as Float32Array;
  const entry = { name, shape: tensor.shape, dtype: 'float32' };
  switch (stored) {
    case 'float32':
      return { entry, bytes: bytesOf(Float32Array.from(values)) };
    case 'float16':
      return {
        entry: { ...entry, quantization: { dtype: 'float16', original_dtype: 'float32' } },
        bytes: bytesOf(Uint16Array.from(values, float16Bits)),
      };
    default: {
      const levels = stored === 'uint8' ? 255 : 65_535;
      const min = Math.min(...values);
      const scale = (Math.max(...values) - min) / levels || 1;
      const steps = Array.from(values, (value) => Math.round((value - min) / scale));
      const quantization = { dtype: stored, scale, min, original_dtype: 'float32' };
      return {
        entry: { ...entry, quantization },
        bytes: bytesOf(stored === 'uint8' ? Uint8Array.from(steps) : Uint16Array.from(steps)),
      };
    }
  }
}

function bytesOf({ buffer }: { buffer: ArrayBuffer }): Uint8Array {
  return new Uint8Array(buffer);
}

/** IEEE 754 binary16, cut off. */
function float16Bits(value: number): number {
  const [bits = 0] = new Uint32Array(Float32Array.of(value).buffer);
  const sign = (bits >>> 16) & 0x8000;
  const exponent = ((bits >>> 23) & 0xff) - 112;
  if (exponent <= 0) return sign | Math.round(Math.abs(value) * 2 ** 24);
  return exponent >= 31 ? sign | 0x7c00 : sign | (exponent << 10) | ((bits >>> 13) & 0x3ff);
}

/** Every file below a folder, by its path in it. */
export async function filesOf(folder: string): Promise<Map<string, Buffer>> {
  const files = new Map<string, Buffer>();
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile()) files.set(path.slice(folder.length + 1), await readFile(path));
  }
  return new Map([...files].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** A byte order mark is not part of it. */
async function readJson(path: string): Promise<ModelJson> {
  return JSON.parse(new TextDecoder().decode(await readFile(path)));
}

/** The entries of a file's manifest, by weight. */
export async function manifestOf(path: string): Promise<Map<string, Record<string, unknown>>> {
  const json = await readJson(path);
  const entries = json.weightsManifest.flatMap(({ weights }) => weights);
  return new Map(entries.map((entry) => [String(entry.name), entry]));
}

/** Bytes that a file's manifest describes and those its shards hold. */
export async function bytesDescribed(path: string): Promise<{ described: number; held: number }> {
  const json = await readJson(path);
  let [described, held] = [0, 0];
  for (const { paths, weights } of json.weightsManifest) {
    for (const { shape, dtype, quantization } of weights) {
      const type = (quantization as { dtype: string } | undefined)?.dtype ?? String(dtype);
      described += elementCount(shape as number[]) * ({ uint8: 1, uint16: 2, float16: 2 }[type] ?? 4);
    }
    for (const shard of paths) held += (await readFile(join(dirname(path), shard))).length;
  }
  return { described, held };
}
