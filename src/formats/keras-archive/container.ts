// A .keras archive as what it was read from, and how a changed model is written back: all copied but what changed.
import { rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Container, Model } from '../../model/model';
import { chunksOf, writeFolder, writeWhole } from '../files';
import { byPath } from '../h5/container';
import type { BytesSource } from '../hdf5/bytes-source';
import { copyHdf5 } from '../hdf5/copy';
import type { Dialect } from '../keras/dialect';
import { readBack } from '../keras/read-back';
import { writeTopology } from '../keras/write';
import { markedJson, pythonText } from '../python-json';
import { entryBytes, type ZipEntry } from '../zip/read';
import { type NewEntry, zipChunks } from '../zip/write';
import { CONFIG, WEIGHTS } from './layout';
import type { ArchiveWeights } from './weights';

export interface ArchiveDocument {
  readonly path: string;
  readonly entries: readonly ZipEntry[];
  readonly config: unknown;
  /** The config as the file has it. */
  readonly text: string;
  /** The HDF5 file of the weights, and what of it is not written again. */
  readonly source: BytesSource;
  readonly omitted: readonly string[];
  readonly weights: ArchiveWeights;
  readonly dialect: Dialect;
}

/** An entry that is copied as it is is read whole. */
const MAX_ENTRY_BYTES = 2 ** 31 - 1;

/** @param read opens such a file. */
export function archiveContainer(document: ArchiveDocument, read: (path: string) => Promise<Model>): Container {
  const file = basename(document.path);
  return {
    format: 'keras',
    async write(model, folder) {
      await writeFolder(folder, async (partial) => {
        await writeArchive(document, model, partial, file);
        await readBack(join(partial, file), model, read);
      });
      return join(folder, file);
    },
  };
}

async function writeArchive(document: ArchiveDocument, model: Model, folder: string, file: string): Promise<void> {
  const { path, source, weights, omitted, dialect } = document;
  // HDF5 is not written from start to end: it has a file of its own first.
  const weightsFile = join(folder, WEIGHTS);
  await copyHdf5(source, weightsFile, {
    omitted: new Set(omitted),
    weights: byPath(model, [...weights.paths, ...weights.copies]),
    texts: new Map(),
  });
  const written = markedJson(path, document.text);
  const changed = pythonText(writeTopology(document.config, written, model, weights, dialect));
  const same = changed === pythonText(written);
  const entries = document.entries.map((entry): NewEntry => {
    if (entry.name === WEIGHTS) return { name: entry.name, chunks: chunksOf(weightsFile) };
    if (entry.name === CONFIG && !same) return { name: entry.name, chunks: [Buffer.from(changed)] };
    return { name: entry.name, chunks: once(() => entryBytes(path, entry, MAX_ENTRY_BYTES)) };
  });
  await writeWhole(join(folder, file), zipChunks(entries));
  await rm(weightsFile);
}

async function* once(read: () => Promise<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield await read();
}
