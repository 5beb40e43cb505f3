// A temporary folder with IDX files in it, for tests of what reads them.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Runs `body` in an empty folder that is removed afterwards. */
export async function inFolder(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'neuron-pruner-data-'));
  try {
    await body(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The bytes of an IDX file: its header says `dimensions`, whatever `values` there are. */
export function idxBytes(dimensions: readonly number[], values: Iterable<number>, type = 0x08): Buffer {
  const header = Buffer.alloc(4 + 4 * dimensions.length);
  header.writeUInt8(type, 2);
  header.writeUInt8(dimensions.length, 3);
  for (const [i, length] of dimensions.entries()) header.writeUInt32BE(length, 4 + 4 * i);
  return Buffer.concat([header, Buffer.from([...values])]);
}

export interface Files {
  [name: string]: Uint8Array;
}

export async function writeFiles(folder: string, files: Files): Promise<void> {
  for (const [name, bytes] of Object.entries(files)) await writeFile(join(folder, name), bytes);
}

/** 12 training and 3 test images of 2×3 pixels, labels 0..3: sample i's first pixel is i. */
export function smallSet(): Files & Record<SmallName, Buffer> {
  return {
    'train-images-idx3-ubyte': idxBytes([12, 2, 3], pixels(12)),
    'train-labels-idx1-ubyte': idxBytes([12], labels(12)),
    't10k-images-idx3-ubyte': idxBytes([3, 2, 3], pixels(3)),
    't10k-labels-idx1-ubyte': idxBytes([3], labels(3)),
  };
}

type SmallName =
  | 'train-images-idx3-ubyte'
  | 'train-labels-idx1-ubyte'
  | 't10k-images-idx3-ubyte'
  | 't10k-labels-idx1-ubyte';

export function pixels(count: number): number[] {
  return Array.from({ length: count }, (_, i) => [i, 200, 0, 255, 17, 99]).flat();
}

export function labels(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i % 4);
}
