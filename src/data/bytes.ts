// A file's bytes as a stream, unpacked where the file is gzip: told by its first two bytes, whatever it is called.
import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { messageOf, UserError } from '../errors';

export interface ByteStream {
  /** Bytes on disk. */
  readonly size: number;
  readonly gzip: boolean;
  /** Can be read once. Leaving the loop early stops reading and unpacking. */
  readonly chunks: AsyncIterable<Uint8Array>;
}

/** Throws UserError, here and while reading, where the file is missing, unreadable or damaged gzip. */
export async function openBytes(path: string): Promise<ByteStream> {
  try {
    const entry = await stat(path);
    // Opening a pipe or a device could wait or deliver forever.
    if (!entry.isFile()) throw new UserError(`${basename(path)} is not a file. Choose a file.`);
    const gzip = await startsAsGzip(path);
    return { size: entry.size, gzip, chunks: gzip ? unpacked(path, entry.size) : plain(path) };
  } catch (error) {
    throw readable(path, error);
  }
}

async function startsAsGzip(path: string): Promise<boolean> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(2), 0, 2, 0);
    return bytesRead === 2 && buffer[0] === 0x1f && buffer[1] === 0x8b;
  } finally {
    await file.close();
  }
}

async function* plain(path: string): AsyncGenerator<Uint8Array> {
  try {
    yield* createReadStream(path);
  } catch (error) {
    throw readable(path, error);
  }
}

async function* unpacked(path: string, size: number): AsyncGenerator<Uint8Array> {
  const gunzip = createGunzip();
  // The callback is there because pipeline wants one: an error also comes out of the loop that reads gunzip.
  pipeline(createReadStream(path), gunzip, () => undefined);
  try {
    yield* gunzip;
  } catch (error) {
    throw readable(path, error);
  }
  // What follows a whole gzip stream and starts none is not read.
  if (gunzip.bytesWritten < size) {
    throw new UserError(
      `${basename(path)}: ${size - gunzip.bytesWritten} bytes follow the end of the gzip data. ` +
        'The file looks damaged; get it again.',
    );
  }
}

/** The one sentence for a person; errors that have theirs already pass. */
function readable(path: string, error: unknown): UserError {
  if (error instanceof UserError) return error;
  const name = basename(path);
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'ENOENT' || code === 'ENOTDIR') return new UserError(`${path} does not exist. Check the path.`);
  if (code === 'Z_BUF_ERROR') {
    return new UserError(`${name}: the gzip data ends early. The file looks truncated; get it again.`);
  }
  if (code.startsWith('Z_')) {
    return new UserError(`${name}: damaged gzip data (${messageOf(error)}). Get the file again.`);
  }
  return new UserError(`${name} can't be read (${messageOf(error)}). Check that it is a file you may read.`);
}
