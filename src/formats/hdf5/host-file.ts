// Lets the HDF5 library read and write bytes that are not in its memory: only what it asks for is ever loaded.
import { closeSync, fstatSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs';
import type { BytesSource } from './bytes-source';
import { heapSize, isBrokenHeap } from './global-heap';
import type { FileNode, Library } from './library';

/** The name under which the library finds the bytes, until released. */
export interface HostFile {
  readonly path: string;
  release(): void;
}

interface Access {
  size(): number;
  read(target: Uint8Array, position: number): number;
  write?(source: Uint8Array, position: number): number;
  resize?(size: number): void;
  close(): void;
}

/** Bytes of texts together: more than any model's config has. */
const MAX_HEAP = 256 * 2 ** 20;

let count = 0;

export function forReading(library: Library, source: BytesSource): HostFile {
  const bytes = source.open();
  const isBroken = (start: Uint8Array, position: number): boolean => {
    const size = Math.min(heapSize(start), source.size - position);
    if (size <= start.length) return isBrokenHeap(start);
    if (size > MAX_HEAP) return true;
    // The library reads the start of a large collection first, then only what is behind it.
    const whole = new Uint8Array(size);
    bytes.read(whole, position);
    return isBrokenHeap(whole);
  };
  const read = (target: Uint8Array, position: number): number => {
    const count = bytes.read(target, position);
    // Without its signature the library refuses it.
    if (isBroken(target.subarray(0, count), position)) target[0] = 0;
    return count;
  };
  return stand(library, { size: () => source.size, read, close: bytes.close });
}

/** @param path of a new file. */
export function forWriting(library: Library, path: string): HostFile {
  const file = openSync(path, 'wx+');
  return stand(library, {
    size: () => fstatSync(file).size,
    read: (target, position) => readSync(file, target, 0, target.length, position),
    write: (source, position) => writeSync(file, source, 0, source.length, position),
    resize: (size) => ftruncateSync(file, size),
    close: () => closeSync(file),
  });
}

/** Emscripten's file system asks a node's own operations for its bytes. */
function stand(library: Library, access: Access): HostFile {
  const name = `host-${count++}`;
  const node = library.createFile(name);
  node.stream_ops = streamOperations(access);
  node.node_ops = { ...node.node_ops, ...nodeOperations(node, access) };
  return {
    path: `/${name}`,
    release() {
      library.removeFile(name);
      access.close();
    },
  };
}

interface Stream {
  readonly position: number;
}

function streamOperations({ size, read, write }: Access): object {
  return {
    llseek: ({ position }: Stream, offset: number, whence: number): number =>
      offset + ([0, position, size()][whence] ?? 0),
    read: (_: Stream, buffer: Uint8Array, offset: number, length: number, position: number): number =>
      read(buffer.subarray(offset, offset + length), position),
    ...(write && {
      write: (_: Stream, buffer: Uint8Array, offset: number, length: number, position: number): number =>
        write(buffer.subarray(offset, offset + length), position),
    }),
  };
}

function nodeOperations({ id, mode }: FileNode, { size, resize }: Access): object {
  const start = new Date(0);
  return {
    getattr: () => ({
      ...{ dev: 1, ino: id, mode, nlink: 1, uid: 0, gid: 0, rdev: 0, size: size() },
      ...{ atime: start, mtime: start, ctime: start, blksize: 4096, blocks: Math.ceil(size() / 4096) },
    }),
    setattr(_: FileNode, attributes: { size?: number }): void {
      if (attributes.size !== undefined) resize?.(attributes.size);
    },
  };
}
