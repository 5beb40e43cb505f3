import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { isIdx, openIdx } from '../../src/data/idx';
import type { LabelledBytes, Subset } from '../../src/data/samples';
import { UserError } from '../../src/errors';
import { type Files, idxBytes, inFolder, labels, pixels, smallSet, writeFiles } from './folder';

const MNIST = '../shared/data/mnist';
const TRAIN_IMAGES = 'train-images-idx3-ubyte';
const TRAIN_LABELS = 'train-labels-idx1-ubyte';
const TEST_IMAGES = 't10k-images-idx3-ubyte';
const TEST_LABELS = 't10k-labels-idx1-ubyte';

/** Opening the small set with these files in place of its own fails with a sentence for a person. */
async function rejects(files: Files, ...says: readonly RegExp[]): Promise<void> {
  await inFolder(async (folder) => {
    await writeFiles(folder, { ...smallSet(), ...files });
    await assertUserError(openIdx(folder), ...says);
  });
}

async function assertUserError(promise: Promise<unknown>, ...says: readonly RegExp[]): Promise<void> {
  await assert.rejects(promise, (error: unknown) => {
    assert.ok(error instanceof UserError, String(error));
    for (const word of says) assert.match(error.message, word);
    return true;
  });
}

function labelsOf({ samples, indices }: Subset<LabelledBytes>): number[] {
  return Array.from(indices, (i) => samples.labels[i] as number);
}

function firstPixels({ samples, indices }: Subset<LabelledBytes>): number[] {
  return Array.from(indices, (i) => samples.values[i * 6] as number);
}

test('a folder with the usual names opens with its shape, classes and both splits', () =>
  inFolder(async (folder) => {
    await writeFiles(folder, smallSet());
    const { train, test } = await openIdx(folder);
    assert.deepEqual(train.samples.shape, [2, 3, 1]);
    assert.equal(train.samples.classes, 4);
    assert.deepEqual(labelsOf(train), labels(12));
    assert.deepEqual(labelsOf(test), labels(3));
    assert.deepEqual([...train.samples.values], pixels(12));
  }));

test('what a set is called may stand before the usual names, and t10k may be called test', () =>
  inFolder(async (folder) => {
    const set = Object.entries(smallSet());
    const named = (name: string) =>
      Object.fromEntries(set.map(([file, bytes]) => [`${name}-${file.replace('t10k', 'test')}`, bytes]));
    await writeFiles(folder, named('emnist-letters'));
    const { name, train, test } = await openIdx(folder);
    assert.deepEqual([name, labelsOf(train), labelsOf(test)], ['emnist-letters', labels(12), labels(3)]);
    await writeFiles(folder, named('fashion'));
    await assertUserError(openIdx(folder), /several sets/, /Name one of their files/);
    assert.equal((await openIdx(join(folder, `fashion-${TRAIN_LABELS}`))).name, 'fashion');
  }));

test('labels counted from 1 are known as such by both parts, also where one lacks the last of them', () =>
  inFolder(async (folder) => {
    const counted = (...own: number[]) => idxBytes([own.length], Uint8Array.from(own));
    const twelve = Array.from({ length: 12 }, (_, i) => 1 + (i % 3));
    await writeFiles(folder, { ...smallSet(), [TRAIN_LABELS]: counted(...twelve), [TEST_LABELS]: counted(2, 1, 2) });
    const { train, test } = await openIdx(folder);
    for (const { samples } of [train, test]) {
      const [target] = samples.targets;
      assert.ok(target?.kind === 'classes');
      assert.deepEqual([target.classes, target.lowest], [4, 1]);
    }
  }));

test('gzip is told by its first bytes, under either name', () =>
  inFolder(async (folder) => {
    const set = smallSet();
    await writeFiles(folder, {
      [`${TRAIN_IMAGES}.gz`]: gzipSync(set[TRAIN_IMAGES]),
      [TRAIN_LABELS]: gzipSync(set[TRAIN_LABELS]),
      [`${TEST_IMAGES}.gz`]: set[TEST_IMAGES],
      [TEST_LABELS]: set[TEST_LABELS],
    });
    const { train, test } = await openIdx(folder);
    assert.deepEqual([...train.samples.values], pixels(12));
    assert.deepEqual([...test.samples.values], pixels(3));
  }));

test('names with a dot before idx, and a gzip of several members, are read too', () =>
  inFolder(async (folder) => {
    const set = smallSet();
    const images = set[TRAIN_IMAGES];
    await writeFiles(folder, {
      'train-images.idx3-ubyte': Buffer.concat([gzipSync(images.subarray(0, 9)), gzipSync(images.subarray(9))]),
      'train-labels.idx1-ubyte': set[TRAIN_LABELS],
      't10k-images.idx3-ubyte': set[TEST_IMAGES],
      't10k-labels.idx1-ubyte': set[TEST_LABELS],
    });
    assert.deepEqual([...(await openIdx(folder)).train.samples.values], pixels(12));
  }));

test('any one file of a set opens the whole set', () =>
  inFolder(async (folder) => {
    await writeFiles(folder, smallSet());
    for (const name of Object.keys(smallSet())) {
      const { train, test } = await openIdx(join(folder, name));
      assert.equal(train.indices.length, 12);
      assert.equal(test.indices.length, 3);
    }
  }));

test('the file asked for is read where its packed twin lies beside it', () =>
  inFolder(async (folder) => {
    const set = smallSet();
    const other = idxBytes([12, 2, 3], pixels(12).fill(7));
    await writeFiles(folder, { ...set, [`${TRAIN_IMAGES}.gz`]: gzipSync(other) });
    assert.equal((await openIdx(folder)).train.samples.values[1], 200);
    assert.equal((await openIdx(join(folder, `${TRAIN_IMAGES}.gz`))).train.samples.values[1], 7);
  }));

test('images of four dimensions keep their channels', () =>
  inFolder(async (folder) => {
    await writeFiles(folder, {
      'train-images-idx4-ubyte': idxBytes([12, 1, 2, 3], pixels(12)),
      [TRAIN_LABELS]: idxBytes([12], labels(12)),
    });
    assert.deepEqual((await openIdx(folder)).train.samples.shape, [1, 2, 3]);
  }));

test('without t10k files a sixth of the training samples, always the same, is the test split', () =>
  inFolder(async (folder) => {
    const { [TRAIN_IMAGES]: images, [TRAIN_LABELS]: classes } = smallSet();
    await writeFiles(folder, { [TRAIN_IMAGES]: images, [TRAIN_LABELS]: classes });
    const { train, test } = await openIdx(folder);
    assert.equal(test.indices.length, 2);
    const all = [...firstPixels(train), ...firstPixels(test)];
    assert.deepEqual(
      all.toSorted((a, b) => a - b),
      Array.from({ length: 12 }, (_, i) => i),
    );
    assert.notDeepEqual(firstPixels(test), [10, 11], 'the last samples as they lie would be no shuffle');
    assert.deepEqual(
      labelsOf(test),
      firstPixels(test).map((i) => i % 4),
    );
    assert.deepEqual(firstPixels((await openIdx(folder)).test), firstPixels(test));
  }));

test('an IDX file is told by content or name, a folder by the names in it', () =>
  inFolder(async (folder) => {
    assert.equal(await isIdx(folder), false);
    await writeFiles(folder, {
      data: idxBytes([1], [0]),
      packed: gzipSync(idxBytes([1], [0])),
      text: Buffer.from('label,pixel\n'),
      empty: Buffer.alloc(0),
      [TRAIN_IMAGES]: Buffer.alloc(1),
    });
    const told = ['data', 'packed', 'text', 'empty', TRAIN_IMAGES].map((name) => isIdx(join(folder, name)));
    assert.deepEqual(await Promise.all(told), [true, true, false, false, true]);
    assert.equal(await isIdx(folder), true);
  }));

test('a truncated file is called truncated, plain or packed, cut anywhere', async () => {
  const images = smallSet()[TRAIN_IMAGES];
  for (const length of [0, 3, 4, 10, 16, images.length - 1]) {
    const cut = images.subarray(0, length);
    await rejects({ [TRAIN_IMAGES]: cut }, /train-images-idx3-ubyte/, /truncated/);
    await rejects({ [TRAIN_IMAGES]: gzipSync(cut) }, /train-images-idx3-ubyte/, /truncated/);
  }
  const packed = gzipSync(images);
  for (const length of [2, 12, packed.length - 9, packed.length - 1]) {
    await rejects({ [TRAIN_IMAGES]: packed.subarray(0, length) }, /gzip data ends early/, /truncated/);
  }
});

test('trailing bytes are an error: after the samples, and after the gzip data', async () => {
  const images = smallSet()[TRAIN_IMAGES];
  const longer = Buffer.concat([images, Buffer.from([1])]);
  await rejects({ [TRAIN_IMAGES]: longer }, /train-images-idx3-ubyte: more bytes follow than the 12×2×3/);
  await rejects({ [TRAIN_IMAGES]: gzipSync(longer) }, /more bytes follow than the 12×2×3/);
  // zlib itself notices what is neither zeros nor another gzip stream.
  await rejects({ [TRAIN_IMAGES]: Buffer.concat([gzipSync(images), Buffer.from('junk')]) }, /damaged gzip data/);
  // The longer ones are more than one block of the reading stream.
  for (const length of [1, 4, 70_000, 200_000]) {
    const padded = Buffer.concat([gzipSync(images), Buffer.alloc(length)]);
    await rejects({ [TRAIN_IMAGES]: padded }, new RegExp(`${length} bytes follow the end of the gzip data`));
  }
});

test('damaged gzip data is called damaged', async () => {
  const packed = gzipSync(smallSet()[TRAIN_IMAGES]);
  const checksum = packed.length - 8;
  packed.writeUInt8(packed.readUInt8(checksum) ^ 1, checksum);
  await rejects({ [TRAIN_IMAGES]: packed }, /train-images-idx3-ubyte: damaged gzip data/);
});

test('a header that claims more than the file can hold is refused before memory is taken for it', async () => {
  const packed = gzipSync(idxBytes([1_000_000, 28, 28], []));
  const before = process.memoryUsage().arrayBuffers;
  await rejects({ [TRAIN_IMAGES]: packed }, /1000000×28×28 bytes, more than \d+ bytes of gzip can hold/);
  await rejects({ [TRAIN_IMAGES]: idxBytes([1_000_000, 28, 28], []) }, /the file holds 0/, /truncated/);
  await rejects({ [TRAIN_IMAGES]: idxBytes([2_000_000, 28, 28], []) }, /the most that is read is/);
  const most = 2 ** 32 - 1;
  await rejects({ 'train-images-idx3-ubyte': idxBytes([most, most, most, most], []) }, /the most that is read is/);
  // 2^32 · 2^32 is 0 in 64-bit arithmetic.
  await rejects({ [TRAIN_IMAGES]: idxBytes([2 ** 31, 2 ** 31, 4], []) }, /the most that is read is/);
  assert.ok(process.memoryUsage().arrayBuffers - before < 50e6);
});

test('a gzip bomb is not unpacked beyond what its header claims', async () => {
  const images = smallSet()[TRAIN_IMAGES];
  const bomb = gzipSync(Buffer.concat([images, Buffer.alloc(300_000_000)]), { level: 1 });
  const before = process.cpuUsage();
  await rejects({ [TRAIN_IMAGES]: bomb }, /more bytes follow/);
  const { user, system } = process.cpuUsage(before);
  assert.ok(user + system < 250_000, `${user + system} µs: 300 MB were unpacked`);
});

test('other element types, numbers of dimensions and files that are not IDX are named as such', async () => {
  await rejects({ [TRAIN_IMAGES]: idxBytes([12, 2, 3], pixels(12), 0x0d) }, /type 0x0d, wanted 0x08/);
  await rejects({ [TRAIN_IMAGES]: idxBytes([72], pixels(12)) }, /has 1 dimensions, wanted 3 or 4/);
  await rejects(
    { [TRAIN_LABELS]: idxBytes([12, 1], labels(12)) },
    /train-labels-idx1-ubyte has 2 dimensions, wanted 1/,
  );
  await rejects({ [TRAIN_IMAGES]: Buffer.from('a,b,c\n1,2,3\n') }, /train-images-idx3-ubyte is not an IDX file/);
});

test('a set without samples or pixels is refused', async () => {
  await rejects({ [TRAIN_IMAGES]: idxBytes([0, 2, 3], []) }, /train-images-idx3-ubyte is empty/);
  await rejects({ [TRAIN_IMAGES]: idxBytes([12, 0, 3], []) }, /train-images-idx3-ubyte is empty/);
  await rejects({ [TRAIN_LABELS]: idxBytes([0], []) }, /train-labels-idx1-ubyte is empty/);
});

test('files that do not belong together are refused', async () => {
  await rejects({ [TRAIN_LABELS]: idxBytes([11], labels(11)) }, /train-labels-idx1-ubyte has 11 labels/, /12 images/);
  await rejects(
    { [TEST_IMAGES]: idxBytes([3, 3, 2], pixels(3)) },
    /t10k-images-idx3-ubyte has samples of 3×2×1/,
    /2×3×1/,
  );
  await rejects({ [TEST_LABELS]: idxBytes([3], [0, 1, 4]) }, /t10k-labels-idx1-ubyte has labels up to 4/, /up to 3/);
});

test('a missing file is named', () =>
  inFolder(async (folder) => {
    for (const name of Object.keys(smallSet())) {
      const { [name]: _missing, ...rest } = smallSet();
      const inside = join(folder, name);
      await mkdir(inside);
      await writeFiles(inside, rest);
      await assertUserError(openIdx(inside), new RegExp(`^${name} \\(or \\.gz\\) is missing in `));
    }
    await assertUserError(openIdx(join(folder, 'nowhere')), /nowhere can't be read/);
  }));

test('a file under another name asks for the usual one', () =>
  inFolder(async (folder) => {
    await writeFiles(folder, { 'my-images': idxBytes([12, 2, 3], pixels(12)) });
    await assertUserError(openIdx(join(folder, 'my-images')), /my-images/, /Name it like train-images-idx3-ubyte/);
  }));

test('a folder in the place of a file is refused', () =>
  inFolder(async (folder) => {
    const { [TRAIN_IMAGES]: _images, ...rest } = smallSet();
    await writeFiles(folder, rest);
    await mkdir(join(folder, TRAIN_IMAGES));
    await assertUserError(openIdx(folder), /train-images-idx3-ubyte is not a file/);
  }));

test(
  'an unreadable file is refused',
  {
    skip: process.platform === 'win32' ? 'symbolic links need a privilege on Windows' : false,
  },
  () =>
    inFolder(async (folder) => {
      const { [TRAIN_IMAGES]: _images, ...rest } = smallSet();
      await writeFiles(folder, rest);
      // A link to itself: nobody can read it, not even root.
      await symlink(TRAIN_IMAGES, join(folder, TRAIN_IMAGES));
      await assertUserError(openIdx(folder), /train-images-idx3-ubyte can't be read/);
    }),
);

test('MNIST opens with its 60,000 and 10,000 samples', {
  skip: existsSync(MNIST) ? false : `${MNIST} is not on this machine`,
}, async () => {
  const { name, train, test } = await openIdx(MNIST);
  const { shape, classes } = train.samples;
  assert.equal(name, 'mnist');
  assert.deepEqual(shape, [28, 28, 1]);
  assert.equal(classes, 10);
  assert.equal(train.indices.length, 60_000);
  assert.equal(test.indices.length, 10_000);
  assert.deepEqual([...train.samples.labels.subarray(0, 8)], [5, 0, 4, 1, 9, 2, 1, 3]);
  assert.deepEqual([...test.samples.labels.subarray(0, 8)], [7, 2, 1, 0, 4, 1, 4, 9]);
  const ink = train.samples.values.reduce((sum, value) => sum + value, 0) / train.samples.values.length / 255;
  assert.equal(ink.toFixed(4), '0.1307');
});
