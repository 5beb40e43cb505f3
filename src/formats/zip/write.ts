// Writes a zip archive of stored entries, a chunk at a time.
import { Zip, ZipPassThrough } from 'fflate';
import { UserError } from '../../errors';

export interface NewEntry {
  readonly name: string;
  readonly chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>;
}

/** The format without its later extension ends at 4 GB. */
const MAX_SIZE = 2 ** 32 - 2 ** 20;

/** The archive's bytes, for writeWhole. */
export async function* zipChunks(entries: readonly NewEntry[]): AsyncGenerator<Uint8Array> {
  const ready: Uint8Array[] = [];
  let size = 0;
  const zip = new Zip((error, chunk) => {
    if (error) throw error;
    ready.push(chunk);
    size += chunk.length;
  });
  for (const { name, chunks } of entries) {
    const entry = new ZipPassThrough(name);
    // As Keras dates them: the same model makes the same archive.
    entry.mtime = new Date(1980, 0, 1);
    zip.add(entry);
    for await (const chunk of chunks) {
      entry.push(chunk);
      if (size > MAX_SIZE)
        throw new UserError(`an archive with "${name}" is larger than the 4 GB that a .keras file may have`);
      yield* ready.splice(0);
    }
    entry.push(new Uint8Array(0), true);
    yield* ready.splice(0);
  }
  zip.end();
  yield* ready.splice(0);
}
