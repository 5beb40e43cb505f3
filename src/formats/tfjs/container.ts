// A TF.js layers model as a document and its weights: what it was read from, and how a changed model is written back.
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { piecesOf } from '../../model/bytes';
import type { Container, Model } from '../../model/model';
import { byteCount, type Weight } from '../../model/weight';
import { writeFolder, writeWhole } from '../files';
import { compiledOf } from '../keras/compiled';
import { isRecord } from '../keras/config';
import { readKeras } from '../keras/read';
import { readBack } from '../keras/read-back';
import { readTopology, type Topology } from '../keras/topology';
import type { WeightStore } from '../keras/weight-store';
import { writeTopology } from '../keras/write';
import { archivedStore } from './archived-store';
import { readManifest } from './manifest';
import { namedStore } from './named-store';

export interface TfjsDocument {
  readonly json: Readonly<Record<string, unknown>>;
  /** The JSON as it stood in its file, and how it was indented (JSON.stringify's third argument). */
  readonly text: string;
  readonly indent: string;
  /** Name of the JSON file. */
  readonly file: string;
  /** Every weight of the manifest, used by a layer or not. */
  readonly weights: ReadonlyMap<string, Weight>;
  /** Size of every shard in bytes, group after group; DEFAULT_SHARD_SIZE for those left out. */
  readonly shardSizes: readonly number[];
}

/** The size at which TF.js itself splits weights. */
export const DEFAULT_SHARD_SIZE = 4 * 2 ** 20;

/** @param json a model.json's modelTopology, with or without a model_config inside. */
export function modelConfig(topology: unknown): unknown {
  return isRecord(topology) && isRecord(topology.model_config) ? topology.model_config : topology;
}

/** Of a model that Keras saved after compiling it; TF.js has it beside the topology. */
function trainingConfig(topology: unknown): unknown {
  return isRecord(topology) ? topology.training_config : undefined;
}

/** @param checked what stands between the weights and the layers that ask for them. */
export function modelFromDocument(
  document: TfjsDocument,
  warnings: readonly string[],
  checked = (store: WeightStore): WeightStore => store,
): Model {
  const topology = readTopology(modelConfig(document.json.modelTopology));
  const { graph, layers, warnings: notes } = readKeras(topology, checked(storeOf(document, topology)), 'tfjs');
  return {
    name: topology.name,
    graph,
    layers,
    container: tfjsContainer(document),
    warnings: [...warnings, ...notes],
    ...compiledOf(document.json.trainingConfig ?? trainingConfig(document.json.modelTopology)),
  };
}

function storeOf({ weights }: TfjsDocument, topology: Topology): WeightStore {
  return archivedStore(weights, topology) ?? namedStore(weights);
}

function tfjsContainer(document: TfjsDocument): Container {
  return {
    format: 'tfjs',
    fewerBits: { uint8: 'by weight' },
    async write(model, folder) {
      await writeFolder(folder, (partial) => writeDocument(document, model, partial));
      return join(folder, document.file);
    },
  };
}

async function writeDocument(document: TfjsDocument, model: Model, folder: string): Promise<void> {
  const { json } = document;
  const current = (name: string): Weight | undefined => model.graph.weights.get(name) ?? document.weights.get(name);
  const groups = readManifest(json.weightsManifest);
  const manifest: Record<string, unknown>[] = [];
  let shard = 0;
  for (const [index, group] of (json.weightsManifest as Record<string, unknown>[]).entries()) {
    const weights = (groups[index]?.weights ?? [])
      .map(({ name }) => current(name))
      .filter((weight) => weight !== undefined);
    const shards = (groups[index]?.paths ?? []).map((name): Shard => {
      return { name, size: document.shardSizes[shard++] ?? DEFAULT_SHARD_SIZE };
    });
    const paths = await writeShards(folder, shards, weights);
    const entries = (group.weights as Record<string, unknown>[]).map((entry) =>
      manifestEntry(entry, current(String(entry.name))),
    );
    manifest.push({ ...group, paths, weights: entries });
  }
  const before = modelConfig(json.modelTopology);
  const config = writeTopology(before, before, model, storeOf(document, readTopology(before)), 'tfjs');
  const modelTopology =
    modelConfig(json.modelTopology) === json.modelTopology
      ? config
      : { ...(json.modelTopology as object), model_config: config };
  const changed = { ...json, modelTopology, weightsManifest: manifest };
  const weights = new Map([...document.weights.keys()].map((name) => [name, current(name) as Weight]));
  await readBack(document.file, model, async () => modelFromDocument({ ...document, json: changed, weights }, []));
  // Where nothing changed the file comes back byte for byte, its way of writing numbers included.
  const same = JSON.stringify(changed) === JSON.stringify(json);
  const text = same ? document.text : JSON.stringify(changed, null, document.indent);
  await writeWhole(join(folder, document.file), [Buffer.from(text)]);
}

/** What TF.js makes of a quantised weight. */
const ORIGINAL = { original_dtype: 'float32' } as const;

function manifestEntry(entry: Record<string, unknown>, weight: Weight | undefined): Record<string, unknown> {
  if (weight === undefined) return entry;
  // Fields keep their places, so that an entry that did not change is written as it was.
  const changed: Record<string, unknown> = { ...entry, shape: [...weight.shape] };
  const { type, quantization } = weight.storage;
  if (quantization !== undefined && 'axis' in quantization) throw new Error('TF.js has one scale for a weight');
  if (quantization !== undefined) {
    return { ...changed, quantization: { ...(entry.quantization ?? ORIGINAL), dtype: type, ...quantization } };
  }
  if (type === 'float16') return { ...changed, quantization: entry.quantization ?? { dtype: type, ...ORIGINAL } };
  delete changed.quantization;
  return { ...changed, dtype: type };
}

interface Shard {
  readonly name: string;
  /** In bytes, before. */
  readonly size: number;
}

/** Writes a group's bytes under the names its shards had. Returns the names used: fewer where there is less to write. */
async function writeShards(folder: string, shards: readonly Shard[], weights: readonly Weight[]): Promise<string[]> {
  const total = weights.reduce((sum, weight) => sum + byteCount(weight), 0);
  const stream = bytesOf(weights);
  const used: string[] = [];
  for (const { name, size } of divided(total, shards)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeWhole(join(folder, name), take(stream, size));
    used.push(name);
  }
  return used;
}

/** The shards as they were where they hold as much as before, else as few as are no larger than the largest was. */
function divided(total: number, shards: readonly Shard[]): Shard[] {
  if (total === shards.reduce((sum, { size }) => sum + size, 0)) return [...shards];
  const limit = Math.max(1, ...shards.map(({ size }) => size));
  const used = shards.slice(0, Math.max(1, Math.ceil(total / limit)));
  const size = Math.max(limit, Math.ceil(total / used.length));
  return used.map(({ name }) => ({ name, size }));
}

/** A piece of a weight at a time. */
async function* bytesOf(weights: readonly Weight[]): AsyncGenerator<Uint8Array, undefined, number | undefined> {
  for (const weight of weights) yield* piecesOf(weight.bytes);
  return undefined;
}

/** Up to `size` bytes of a stream; what is left of a chunk stays for the next call. */
const leftovers = new WeakMap<AsyncGenerator<Uint8Array>, Uint8Array>();

async function* take(stream: AsyncGenerator<Uint8Array>, size: number): AsyncGenerator<Uint8Array> {
  let missing = size;
  while (missing > 0) {
    const chunk = leftovers.get(stream) ?? (await stream.next()).value;
    if (!chunk) return;
    leftovers.delete(stream);
    if (chunk.length > missing) leftovers.set(stream, chunk.subarray(missing));
    yield chunk.subarray(0, missing);
    missing -= Math.min(missing, chunk.length);
  }
}
