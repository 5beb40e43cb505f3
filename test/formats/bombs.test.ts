// Files of a few bytes that claim, or unpack to, more than any machine should hold.
import assert from 'node:assert/strict';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { strToU8, unzipSync, type Zippable, zipSync } from 'fflate';
import { partOfFile } from '../../src/formats/hdf5/bytes-source';
import { Hdf5File } from '../../src/formats/hdf5/read';
import { openModel } from '../../src/formats/open';
import { inFolder } from '../data/folder';
import { changedHdf5 } from './changed-hdf5';
import { assertRefused } from './refused';

/** An archive of Keras', its config with another field. */
async function withField(folder: string, field: string): Promise<string> {
  const files = unzipSync(await readFile('test/fixtures/keras/attention.keras'));
  const config = new TextDecoder().decode(files['config.json']);
  return archive(folder, { ...files, 'config.json': strToU8(config.replace('{', `{"more": ${field}, `)) });
}

async function archive(folder: string, files: Zippable): Promise<string> {
  const path = join(folder, 'model.keras');
  await writeFile(path, zipSync(files, { level: 1 }));
  return path;
}

const list = (item: string, count: number): string => `[${Array(count).fill(item).join(',')}]`;

test('JSON of millions of values is refused before it is taken', () =>
  inFolder(async (folder) => {
    for (const field of [list('{}', 1_100_000), list('[]', 1_100_000), list('1', 2_100_000)]) {
      await assertRefused(openModel(await withField(folder, field)), 'config.json', /millions of values/);
    }
    await assertRefused(openModel(await withField(folder, `"${'a'.repeat(33 * 2 ** 20)}"`)), 'config.json');
  }));

test('texts of millions of characters are read and written again', () =>
  inFolder(async (folder) => {
    const text = JSON.stringify('a\n"'.repeat(3_000_000));
    const model = await openModel(await withField(folder, text));
    await model.container.write(model, join(folder, 'result'));
    const written = unzipSync(await readFile(join(folder, 'result', 'model.keras')));
    assert.ok(new TextDecoder().decode(written['config.json']).includes(text));
  }));

test('weights that unpack to more than they say, or to more than a gigabyte, are refused', () =>
  inFolder(async (folder) => {
    const files = unzipSync(await readFile('test/fixtures/keras/attention.keras'));
    const weights = 'model.weights.h5';
    const path = await archive(folder, { ...files, [weights]: new Uint8Array(64 * 2 ** 20) });
    const bytes = await readFile(path);
    const entry = bytes.lastIndexOf(weights) - 46;
    for (const [size, says] of [
      [4096, /has more than 4096 bytes/],
      [2 ** 26 + 1, /unpacks to 67108864 bytes, not 67108865/],
      [2 ** 31 - 1, /is said to unpack to 2147483647 bytes/],
    ] as const) {
      bytes.writeUInt32LE(size, entry + 24);
      await writeFile(path, bytes);
      await assertRefused(openModel(path), weights, says);
    }
  }));

test('weights that are stored in chunks of a gigabyte are refused', () =>
  inFolder(async (folder) => {
    const path = await changedHdf5(folder, (id, module) => {
      const layout = { chunks: [2n ** 28n - 1n], compression: 1, compression_opts: [1] };
      // With an element in it, the library would have to make the chunk.
      module.create_dataset(id, '/bias', 0n, {
        ...{ type: module.H5T_class_t.H5T_FLOAT.value, size: 4, signed: true, vlen: false, littleEndian: true },
        ...{ shape: [0n], maxshape: [2n ** 64n - 1n], total_size: 0, ...(layout as object) },
      });
    });
    const read = Hdf5File.with(partOfFile(path, 0, (await stat(path)).size), (file) => file.bytes('/bias'));
    await assertRefused(read, 'model.h5', /in chunks of 1073741820 bytes.*without compression/);
  }));
