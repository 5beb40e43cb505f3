// Reading untrusted folders and writing results: every path confined, every write whole or not at all.
import { randomUUID } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';
import { mkdir, open, readdir, realpath, rename, rm, rmdir, stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { UserError } from '../errors';
import { type Bytes, inPieces, PIECE } from '../model/bytes';
import { borrow, giveBack } from '../model/scratch';
import { makeFolder, tryFolder } from './make-folder';
import { writeError } from './write-error';

/**
 * The file a model names, which must lie in the model's folder after every link is followed. No part of the path may
 * lead upwards, not even to come back: the same path is written to below another folder.
 */
export async function confinedFile(folder: string, path: string, where: string): Promise<string> {
  const outside = (): UserError =>
    new UserError(`${where}: the path ${shown(path)} leaves the model's folder; a model may only name files beside it`);
  if (isAbsolute(path) || /^[a-zA-Z]:|^[/\\]|(^|[/\\])\.\.([/\\]|$)|\0/.test(path)) throw outside();
  const root = await realpath(folder);
  const wanted = resolve(root, path);
  if (!within(root, wanted)) throw outside();
  let real: string;
  try {
    real = await realpath(wanted);
  } catch {
    throw new UserError(
      `${where}: the file ${shown(path)} is missing from ${folder}. Put it there, or export the model again.`,
    );
  }
  if (!within(root, real)) throw outside();
  if (!(await stat(real)).isFile()) throw new UserError(`${where}: ${shown(path)} is not a file`);
  return real;
}

/** A name from a file may be of any length. */
function shown(path: string): string {
  return JSON.stringify(path.length > 200 ? `${path.slice(0, 199)}…` : path);
}

function within(root: string, path: string): boolean {
  const way = relative(root, path);
  return way !== '' && way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

/** `length` bytes from `offset`. */
export async function readRange(path: string, offset: number, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  await readInto(bytes, path, offset);
  return bytes;
}

/** Fills the bytes with those of a file from an offset on. */
export async function readInto(bytes: Uint8Array, path: string, offset: number): Promise<void> {
  if (bytes.length <= AT_ONCE) return readAtOnce(bytes, path, offset);
  const file = await open(path, 'r').catch((error: Error) => {
    throw unreadable(path, error);
  });
  try {
    let done = 0;
    while (done < bytes.length) {
      const { bytesRead } = await file.read(bytes, done, bytes.length - done, offset + done);
      if (bytesRead === 0) throw shortened(path);
      done += bytesRead;
    }
  } finally {
    await file.close();
  }
}

/** So few bytes are read sooner than others could be told to read them. */
const AT_ONCE = PIECE;

function readAtOnce(bytes: Uint8Array, path: string, offset: number): void {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (error) {
    throw unreadable(path, error as Error);
  }
  try {
    let done = 0;
    while (done < bytes.length) {
      const count = readSync(file, bytes, done, bytes.length - done, offset + done);
      if (count === 0) throw shortened(path);
      done += count;
    }
  } finally {
    closeSync(file);
  }
}

function unreadable(path: string, error: Error): UserError {
  return new UserError(`${path} cannot be read: ${error.message}`);
}

function shortened(path: string): UserError {
  return new UserError(`${path} became shorter while it was read`);
}

/** Bytes that stay in their file. */
export interface FileRange {
  readonly path: string;
  readonly offset: number;
  readonly length: number;
}

/**
 * The bytes of a weight that lie in files.
 * @param ranges in their order: a weight may reach over several files.
 * @param rows of its first axis: it is read in pieces of some whole rows.
 */
export function bytesInFiles(ranges: readonly FileRange[], rows: number): Bytes {
  const length = ranges.reduce((sum, range) => sum + range.length, 0);
  const read = async (): Promise<Uint8Array> => {
    const bytes = new Uint8Array(length);
    await readPart(ranges, bytes, 0);
    return bytes;
  };
  if (length <= AT_ONCE || rows < 2) return read;
  const row = length / rows;
  const step = row * Math.max(1, Math.floor(PIECE / row));
  return inPieces(
    length,
    async function* () {
      const memory = borrow(step);
      try {
        for (let start = 0; start < length; start += step) {
          const piece = memory.subarray(0, Math.min(step, length - start));
          await readPart(ranges, piece, start);
          yield piece;
        }
      } finally {
        giveBack(memory);
      }
    },
    read,
  );
}

/** Fills `bytes` from the ranges as if they were one, from `start` on. */
async function readPart(ranges: readonly FileRange[], bytes: Uint8Array, start: number): Promise<void> {
  let before = 0;
  for (const { path, offset, length } of ranges) {
    const [from, to] = [Math.max(start, before), Math.min(start + bytes.length, before + length)];
    if (from < to) await readInto(bytes.subarray(from - start, to - start), path, offset + from - before);
    before += length;
  }
}

/** A file's bytes, a piece at a time. */
export async function* chunksOf(path: string): AsyncGenerator<Uint8Array> {
  const { size } = await stat(path);
  for (let start = 0; start < size; start += CHUNK) yield await readRange(path, start, Math.min(CHUNK, size - start));
}

const CHUNK = 4 * 2 ** 20;

/** Writes a file under another name, flushes it, then renames it. */
export async function writeWhole(
  path: string,
  chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
): Promise<void> {
  const partial = `${path}.partial`;
  try {
    const file = await open(partial, 'w');
    try {
      for await (const chunk of chunks) await file.writeFile(chunk);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { force: true });
    throw writeError(path, error);
  }
}

/**
 * Fills a folder under another name, then renames it to `folder`, which must be new or empty. One that can't be replaced,
 * as a volume is mounted on it, gets what was written within it in the end.
 */
export async function writeFolder(folder: string, fill: (partial: string) => Promise<void>): Promise<void> {
  const target = resolve(folder);
  let partial: string | undefined;
  try {
    const stays = await isKept(target);
    if (!stays) await makeFolder(dirname(target));
    partial = join(stays ? target : dirname(target), `.${basename(target)}.partial-${randomUUID()}`);
    await mkdir(partial);
    await fill(partial);
    if (stays) {
      for (const name of await readdir(partial)) await rename(join(partial, name), join(target, name));
      await rmdir(partial);
    } else await rename(partial, target);
  } catch (error) {
    const failure = writeError(target, error);
    if (partial === undefined) throw failure;
    await rm(partial, { recursive: true, force: true });
    // A person knows the folder by the name it was to have.
    throw failure instanceof UserError ? new UserError(failure.message.replaceAll(partial, target)) : failure;
  }
}

/** Takes an empty folder away; whether one is there that can't be. */
async function isKept(folder: string): Promise<boolean> {
  try {
    await rmdir(folder);
    return false;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return false;
    const kept = code === 'EBUSY' || code === 'EACCES' || code === 'EPERM';
    if (kept && (await readdir(folder)).length === 0) return true;
    throw error;
  }
}

/** Throws where a result could not be written there: a folder with something in it, or no permission. */
export async function checkNewFolder(folder: string): Promise<void> {
  const found = await readdir(folder).catch(async (error: NodeJS.ErrnoException): Promise<string[]> => {
    if (error.code === 'ENOENT') return [];
    if (error.code === 'ENOTDIR') {
      const itself = await stat(folder).catch(() => undefined);
      const what = itself === undefined ? 'lies below a file' : 'is a file';
      throw new UserError(`${folder} ${what}. Name another folder for the result.`);
    }
    throw writeError(folder, error);
  });
  if (found.length > 0) throw new UserError(`${folder} is not empty. Name another folder for the result, or empty it.`);
  // Beside it, or within one that can't be replaced.
  await tryFolder(dirname(resolve(folder))).catch(async (error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw writeError(folder, error);
    await tryFolder(resolve(folder)).catch((inner: unknown) => {
      throw writeError(folder, inner);
    });
  });
}
