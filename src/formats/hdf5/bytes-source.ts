// Where the bytes of a file lie: on disk, read as they are asked for, or in memory.
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { UserError } from '../../errors';

/** Bytes that can be read in any order. */
export interface BytesSource {
  /** What errors call it. */
  readonly name: string;
  readonly size: number;
  open(): OpenBytes;
}

export interface OpenBytes {
  /** Fills `target` from `position` on; returns how many bytes there were. */
  read(target: Uint8Array, position: number): number;
  close(): void;
}

/** A part of a file; the file is open only while it is read. */
export function partOfFile(path: string, start: number, size: number): BytesSource {
  return {
    name: path,
    size,
    open() {
      const file = openSync(path, 'r');
      if (fstatSync(file).size < start + size) {
        closeSync(file);
        throw new UserError(`${path} became shorter while it was read`);
      }
      return {
        read: (target, position) =>
          readSync(file, target, 0, Math.max(0, Math.min(target.length, size - position)), start + position),
        close: () => closeSync(file),
      };
    },
  };
}

export function bytesInMemory(name: string, bytes: Uint8Array): BytesSource {
  return {
    name,
    size: bytes.length,
    open: () => ({
      read(target, position) {
        const part = bytes.subarray(position, position + target.length);
        target.set(part);
        return part.length;
      },
      close: () => undefined,
    }),
  };
}
