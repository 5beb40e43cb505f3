// Opens a .keras archive, as Keras 2.14 and 3 save models: config.json, model.weights.h5, metadata.json in a zip.
import { UserError } from '../../errors';
import type { Model } from '../../model/model';
import { foreignArchive } from '../foreign';
import { OPTIMIZER_WARNING } from '../h5/weights';
import { leftOut } from '../hdf5/left-out';
import { Hdf5File } from '../hdf5/read';
import { MAX_JSON_BYTES, parseJson } from '../json';
import { compiledOf } from '../keras/compiled';
import { isRecord } from '../keras/config';
import { type Dialect, dialectOf } from '../keras/dialect';
import { readKeras } from '../keras/read';
import { readTopology } from '../keras/topology';
import { VOCABULARY } from '../keras/vocabulary';
import { entryBytes, entrySource, readZip, type ZipEntry } from '../zip/read';
import { archiveContainer } from './container';
import { ASSETS, CONFIG, METADATA, WEIGHTS } from './layout';
import { ArchiveWeights, datasetsOf, isOptimizer } from './weights';

/** A longer vocabulary than any that is computed with. */
const MAX_VOCABULARY_BYTES = 2 ** 20;

/** @param path the file. */
export async function readArchive(path: string): Promise<Model> {
  const entries = await readZip(path);
  const text = new TextDecoder().decode(await entryBytes(path, entryOf(path, entries, CONFIG), MAX_JSON_BYTES));
  const config = parseJson(`${path}, ${CONFIG}`, text);
  const dialect = await dialectIn(path, entries);
  const assets = await vocabulariesIn(path, entries);
  const source = await entrySource(path, entryOf(path, entries, WEIGHTS));
  return Hdf5File.with(source, (file) => {
    const topology = readTopology(config);
    const weights = new ArchiveWeights(datasetsOf(file, source), topology, assets);
    const { graph, layers, warnings: notes } = readKeras(topology, weights, dialect);
    const omitted = file
      .names('/')
      .map((name) => `/${name}`)
      .filter(isOptimizer);
    const document = { path, entries, config, text, source, weights, dialect, omitted };
    const warnings = [...notes, ...(omitted.length === 0 ? [] : [OPTIMIZER_WARNING]), ...leftOut(file, omitted)];
    return {
      name: topology.name,
      graph,
      layers,
      container: archiveContainer(document, readArchive),
      warnings,
      ...compiledOf(isRecord(config) ? config.compile_config : undefined),
    };
  });
}

/** By their paths in the folder of assets, with slashes. */
async function vocabulariesIn(path: string, entries: readonly ZipEntry[]): Promise<Map<string, string>> {
  const texts = new Map<string, string>();
  for (const entry of entries) {
    const name = entry.name.replaceAll('\\', '/');
    if (!name.startsWith(`${ASSETS}/`) || !name.endsWith(`/${VOCABULARY}`) || entry.size > MAX_VOCABULARY_BYTES)
      continue;
    texts.set(name.slice(ASSETS.length), new TextDecoder().decode(await entryBytes(path, entry, MAX_VOCABULARY_BYTES)));
  }
  return texts;
}

/** What metadata.json says; an archive without one is Keras 3's. */
async function dialectIn(path: string, entries: readonly ZipEntry[]): Promise<Dialect> {
  const entry = entries.find(({ name }) => name === METADATA);
  if (entry === undefined) return 'keras3';
  const text = new TextDecoder().decode(await entryBytes(path, entry, MAX_JSON_BYTES));
  const json = parseJson(`${path}, ${METADATA}`, text);
  return dialectOf(isRecord(json) ? json.keras_version : undefined);
}

function entryOf(path: string, entries: readonly ZipEntry[], name: string): ZipEntry {
  const entry = entries.find((candidate) => candidate.name === name);
  if (entry !== undefined) return entry;
  const other = foreignArchive(
    path,
    entries.map((one) => one.name),
  );
  if (other !== undefined) throw other;
  throw new UserError(
    `${path} is a zip archive without ${name}: it is not a Keras model. A .keras file holds ${CONFIG} and ${WEIGHTS}.`,
  );
}
