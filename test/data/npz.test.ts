// NumPy arrays as data: types, orders, names, archives, and files that lie.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { zipSync } from 'fflate';
import type { ClassTarget } from '../../src/data/dataset';
import { fitDataset, type OpenShape } from '../../src/data/fit';
import { readNpyHeader, readNpyNumbers } from '../../src/data/npy';
import { openDataset } from '../../src/data/open';
import type { Ports } from '../../src/data/options';
import { UserError } from '../../src/errors';
import { inFolder, writeFiles } from './folder';
import { answersOf, opened, refusal, rowsOf } from './read';

/** A .npy file as NumPy writes it. */
function npy(type: string, shape: readonly number[], bytes: Uint8Array, fortran = false): Buffer {
  const dimensions = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const text = `{'descr': '${type}', 'fortran_order': ${fortran ? 'True' : 'False'}, 'shape': (${dimensions}), }`;
  const header = `${text}${' '.repeat(64 - ((text.length + 11) % 64))}\n`;
  const start = Buffer.from('\x93NUMPY\x01\x00\x00\x00', 'latin1');
  start.writeUInt16LE(header.length, 8);
  return Buffer.concat([start, Buffer.from(header, 'latin1'), bytes]);
}

function bytesOf(values: Float32Array | Int32Array | BigInt64Array | Float64Array | Uint16Array): Buffer {
  return Buffer.from(values.buffer);
}

function numbers(file: Buffer): number[] {
  return [...readNpyNumbers(file, readNpyHeader(file, 'a.npy'), 'a.npy')];
}

test('numbers of every type are read, in either byte order', () => {
  const big = Buffer.alloc(8);
  big.writeFloatBE(1.5, 0);
  big.writeFloatBE(-2, 4);
  const cases: [string, Uint8Array, number[]][] = [
    ['|b1', Uint8Array.of(1, 0), [1, 0]],
    ['|u1', Uint8Array.of(200, 3), [200, 3]],
    ['|i1', Uint8Array.of(255, 3), [-1, 3]],
    ['<u2', bytesOf(Uint16Array.of(65_535, 7)), [65_535, 7]],
    ['<i4', bytesOf(Int32Array.of(-70_000, 7)), [-70_000, 7]],
    ['<i8', bytesOf(BigInt64Array.of(-(2n ** 40n), 7n)), [-(2 ** 40), 7]],
    ['<f2', bytesOf(Uint16Array.of(0x3c00, 0xc500)), [1, -5]],
    ['<f4', bytesOf(Float32Array.of(1.5, -2)), [1.5, -2]],
    ['<f8', bytesOf(Float64Array.of(1.5, -2)), [1.5, -2]],
    ['>f4', big, [1.5, -2]],
  ];
  for (const [type, bytes, expected] of cases) assert.deepEqual(numbers(npy(type, [2], bytes)), expected, type);
});

test('an array in Fortran order comes out with its last axis running fastest', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 }), (shape) => {
      const size = shape.reduce((product, length) => product * length, 1);
      const stored = new Uint8Array(size);
      for (let i = 0; i < size; i++) {
        let [rest, at, step] = [i, 0, 1];
        const index = shape.toReversed().map((length) => {
          const own = rest % length;
          rest = Math.floor(rest / length);
          return own;
        });
        index.reverse().forEach((own, axis) => {
          at += own * step;
          step *= shape[axis] as number;
        });
        stored[at] = i;
      }
      assert.deepEqual(
        numbers(npy('|u1', shape, stored, true)),
        Array.from({ length: size }, (_, i) => i),
      );
    }),
    { numRuns: 50, seed: 1 },
  );
});

const PIXELS = Uint8Array.from({ length: 24 }, (_, i) => i);
const IMAGES = npy('|u1', [6, 2, 2, 1], PIXELS);
const LABELS = npy('<i8', [6], bytesOf(BigInt64Array.of(0n, 1n, 2n, 0n, 1n, 2n)));

async function withArchive(entries: Record<string, Uint8Array>, body: (path: string) => Promise<void>): Promise<void> {
  await inFolder(async (folder) => {
    const path = join(folder, 'set.npz');
    await writeFile(path, zipSync(entries));
    await body(path);
  });
}

test('x_train, y_train, x_test and y_test are what they are called; bytes are scaled to 0..1', () =>
  withArchive(
    { 'x_train.npy': IMAGES, 'y_train.npy': LABELS, 'x_test.npy': IMAGES, 'y_test.npy': LABELS },
    async (path) => {
      const { inputs, train, test: tested } = await opened(path);
      assert.deepEqual(inputs, [{ name: 'x', shape: [2, 2, 1] }]);
      assert.deepEqual([train.count, tested.count], [6, 6]);
      assert.deepEqual(await answersOf(tested), [0, 1, 2, 0, 1, 2]);
      assert.deepEqual((await rowsOf(tested))[1], [4, 5, 6, 7]);
      const out = new Float32Array(4);
      await (await openDataset(path)).test.read([1], [out]);
      assert.deepEqual(
        [...out],
        [4, 5, 6, 7].map((value) => Math.fround(value / 255)),
      );
    },
  ));

for (const [x, y] of [
  ['images', 'labels'],
  ['X', 'y'],
  ['train_images', 'train_labels'],
  ['data', 'target'],
] as const) {
  test(`${x} and ${y} are inputs and targets, a sixth of them for testing`, () =>
    withArchive({ [`${x}.npy`]: IMAGES, [`${y}.npy`]: LABELS }, async (path) => {
      const { train, test: tested } = await opened(path);
      assert.deepEqual([train.count, tested.count], [5, 1]);
      for (const split of [train, tested]) {
        const answers = await answersOf(split);
        // Image i begins with 4·i, and is of class i mod 3.
        (await rowsOf(split)).forEach(([first = 0], i) => {
          assert.equal(answers[i], (first / 4) % 3);
        });
      }
    }));
}

test('several arrays are several inputs, named as they are', () => {
  const ids = npy('<i4', [6, 2], bytesOf(Int32Array.from({ length: 12 }, (_, i) => 100 * i)));
  return withArchive({ 'ids.npy': ids, 'x.npy': IMAGES, 'y.npy': LABELS }, async (path) => {
    const { inputs, train } = await opened(path);
    assert.deepEqual(
      inputs.map(({ name, shape }) => [name, shape]),
      [
        ['ids', [2]],
        ['x', [2, 2, 1]],
      ],
    );
    const [ids, x] = [await rowsOf(train, 0), await rowsOf(train, 1)];
    ids.forEach(([id = 0], i) => {
      assert.equal(id / 200, (x[i]?.[0] ?? 0) / 4);
    });
  });
});

test('rows with a single one are classes, other zeros and ones answers, other numbers values', () => {
  const target = async (shape: readonly number[], values: number[]) => {
    let kind: unknown;
    const y = npy('<f4', shape, bytesOf(Float32Array.from(values)));
    await withArchive({ 'x.npy': IMAGES, 'y.npy': y }, async (path) => {
      const { train } = await opened(path, { test: 0.5 });
      const [found] = train.targets;
      kind = found?.kind === 'classes' ? `${found.classes} classes` : found?.kind;
    });
    return kind;
  };
  return Promise.all([
    target([6, 2], [1, 0, 0, 1, 1, 0, 0, 1, 1, 0, 1, 0]),
    target([6, 2], [1, 1, 0, 0, 1, 0, 0, 1, 1, 0, 1, 0]),
    target([6, 2], [0.5, 1, 0, 0, 1, 0, 0, 1, 1, 0, 1, 0]),
    target([6], [0, 1, 2, 3, 4, 5]),
    target([6], [0.1, 1, 2, 3, 4, 5]),
    target([6], [-1, 1, 2, 3, 4, 5]),
  ]).then((kinds) => assert.deepEqual(kinds, ['2 classes', 'binary', 'values', '6 classes', 'values', 'values']));
});

test('a mask is what the model says at its pixels: a class of several, yes or no, or a picture', async () => {
  const pixels = Uint8Array.of(0, 1, 2, 0, 1, 1, 0, 2, 2, 0, 1, 2, 0, 1, 2, 0, 1, 1, 0, 2, 2, 0, 1, 2);
  const fitted = async (y: Buffer, outputs: OpenShape, operator: string) => {
    let found: unknown;
    await withArchive({ 'x.npy': IMAGES, 'y.npy': y }, async (path) => {
      const port = { name: 'p', type: 'float32' } as const;
      const { train } = fitDataset(await opened(path, { test: 0.5 }), {
        inputs: [{ ...port, shape: [2, 2, 1] }],
        outputs: [{ ...port, shape: outputs, operator }],
      });
      const [target] = train.targets;
      const most = Math.max(...(await answersOf(train)).flat());
      found = [target?.kind, target?.shape, Number(most.toFixed(3))];
    });
    return found;
  };
  const mask = npy('|u1', [6, 2, 2], pixels);
  const yes = (high: number) =>
    npy(
      '|u1',
      [6, 2, 2, 1],
      pixels.map((value) => (value > 0 ? high : 0)),
    );
  const rows = Float32Array.from({ length: 72 }, (_, i) => (pixels[Math.floor(i / 3)] === i % 3 ? 1 : 0));
  const oneHot = npy('<f4', [6, 2, 2, 3], bytesOf(rows));
  const smooth = npy('<f4', [6, 2, 2, 3], bytesOf(rows.map((value) => 0.1 / 3 + 0.9 * value)));
  assert.deepEqual(await fitted(mask, [2, 2, 3], 'Softmax'), ['classes', [2, 2], 2]);
  assert.deepEqual(await fitted(npy('|u1', [6, 2, 2, 1], pixels), [3, 2, 2], 'Conv'), ['classes', [2, 2], 2]);
  assert.deepEqual(await fitted(mask, [2, 2, 1], 'Sigmoid'), ['values', [2, 2, 1], 0.008]);
  assert.deepEqual(await fitted(yes(1), [2, 2, 1], 'Sigmoid'), ['binary', [2, 2, 1], 1]);
  assert.deepEqual(await fitted(yes(255), [2, 2, 1], 'Sigmoid'), ['binary', [2, 2, 1], 1]);
  assert.deepEqual(await fitted(yes(255), [2, 2, 2], 'Softmax'), ['classes', [2, 2], 1]);
  assert.deepEqual(await fitted(yes(1), [2, 2, 1], 'Add'), ['values', [2, 2, 1], 1]);
  assert.deepEqual(await fitted(oneHot, [2, 2, 3], 'Softmax'), ['classes', [2, 2], 2]);
  assert.deepEqual(await fitted(smooth, [2, 2, 3], 'Softmax'), ['classes', [2, 2], 2]);
  assert.deepEqual(await fitted(smooth, [2, 2, 3], 'Add'), ['values', [2, 2, 3], 0.933]);
});

test('255 among the labels of a mask says that nothing is known there, where the model has no such class', async () => {
  const pixels = Uint8Array.from({ length: 24 }, (_, i) => (i % 6 === 5 ? 255 : i % 3));
  await withArchive({ 'x.npy': IMAGES, 'y.npy': npy('|u1', [6, 2, 2], pixels) }, async (path) => {
    const port = { name: 'p', type: 'float32' } as const;
    const data = await opened(path, { test: 0.5 });
    const fitted = (scores: number) =>
      fitDataset(data, {
        inputs: [{ ...port, shape: [2, 2, 1] }],
        outputs: [{ ...port, shape: [2, 2, scores], operator: 'Softmax' }],
      });
    const { train, notes } = fitted(3);
    const [target] = train.targets as [ClassTarget];
    assert.deepEqual([target.classes, target.ignored], [3, 255]);
    assert.match(notes.join(), /"y" holds 255 besides labels up to 2: nothing is known there/);
    const [own] = fitted(256).train.targets as [ClassTarget];
    assert.deepEqual([own.classes, own.ignored], [256, undefined]);
    assert.throws(() => fitted(2), /labels go up to 2, the model has 2 outputs/);
  });
});

test('columns that are named like the outputs of the model are its targets; what is alone is given back', async () => {
  const targets = async (files: Readonly<Record<string, Buffer>>, ports?: Ports) => {
    let names: unknown;
    await withArchive(files, async (path) => {
      const { train, inputs } = await opened(path, { test: 0.5, ...(ports && { ports }) });
      names = [inputs.map(({ name }) => name).join(), train.targets.map(({ name }) => name).join()];
    });
    return names;
  };
  const files = { 'picture.npy': IMAGES, 'yes.npy': LABELS, 'price.npy': LABELS };
  const ports = { inputs: [['picture']], outputs: [['price', 'price/Add'], ['yes']] };
  assert.deepEqual(await targets(files, ports), ['picture', 'yes,price']);
  assert.deepEqual(await targets(files, { ...ports, outputs: [['yes']] }), ['picture,features', 'yes']);
  const rest = { inputs: [['picture']], outputs: [['a'], ['b']] };
  assert.deepEqual(await targets(files, rest), ['picture', 'yes,price']);
  assert.deepEqual(await targets({ 'images.npy': IMAGES, 'masks.npy': IMAGES }), ['images', 'masks']);
  assert.deepEqual(await targets({ 'x_train.npy': IMAGES }), ['x', 'x']);
  assert.match(await refusal(targets(files)), /which column is the target/);
});

test('a folder of .npy files is the same set as an archive of them', () =>
  inFolder(async (folder) => {
    const arrays = join(folder, 'arrays');
    await mkdir(arrays);
    await writeFiles(arrays, {
      'x_train.npy': IMAGES,
      'y_train.npy': LABELS,
      'x_test.npy': IMAGES,
      'y_test.npy': LABELS,
    });
    for (const path of [arrays, join(arrays, 'x_train.npy')]) {
      assert.deepEqual(await rowsOf((await opened(path)).test), await rowsOf((await opened(arrays)).test));
      assert.deepEqual(await answersOf((await opened(path)).test), [0, 1, 2, 0, 1, 2]);
    }
  }));

test('what is pickled, cut short, too long, of a type of its own or of other rows is refused in one sentence', async () => {
  const refused = (entries: Record<string, Uint8Array>): Promise<string> => {
    let sentence = '';
    return withArchive(entries, async (path) => {
      sentence = await refusal(opened(path));
    }).then(() => sentence);
  };
  assert.match(
    await refused({ 'x.npy': npy('|O', [1], Buffer.from('cos\nsystem\n')), 'y.npy': LABELS }),
    /pickled.*never loaded/,
  );
  assert.match(
    await refused({ 'x.npy': IMAGES.subarray(0, -3), 'y.npy': LABELS }),
    /6×2×2×1, 24 bytes, the file holds 21.*truncated/,
  );
  assert.match(await refused({ 'x.npy': Buffer.concat([IMAGES, PIXELS]), 'y.npy': LABELS }), /holds 48.*damaged/);
  assert.match(
    await refused({ 'x.npy': npy('<c8', [1], Buffer.alloc(8)), 'y.npy': LABELS }),
    /type <c8, which is not read/,
  );
  assert.match(await refused({ 'x.npy': IMAGES, 'y.npy': npy('|u1', [5], new Uint8Array(5)) }), /5 rows.*6/);
  assert.match(await refused({ 'x.npy': IMAGES, 'z.npy': IMAGES }), /which column is the target/);
  assert.match(await refused({ 'notes.txt': PIXELS }), /no arrays/);
});

test('a header that claims more than there is allocates nothing', () =>
  withArchive({ 'x.npy': npy('<f8', [6, 2 ** 31, 2 ** 10], PIXELS), 'y.npy': LABELS }, async (path) => {
    const before = process.memoryUsage().rss;
    assert.match(await refusal(opened(path)), /the file holds 24/);
    assert.ok(process.memoryUsage().rss - before < 2 ** 28);
  }));

test('an archive that is said to unpack to more than fits is refused before anything is unpacked', async () => {
  const claiming = (size: number): Promise<void> =>
    inFolder(async (folder) => {
      const archive = Buffer.from(zipSync({ 'x.npy': randomBytes(1_200_000), 'y.npy': LABELS }));
      // The size in the list of contents, whose first entry begins with this.
      archive.writeUInt32LE(size, archive.indexOf('PK\x01\x02', 0, 'latin1') + 24);
      const path = join(folder, 'set.npz');
      await writeFile(path, archive);
      await openDataset(path);
    });
  await assert.rejects(claiming(1_150_000_000), /unpacks to more than 1 GiB.*\.npy files/);
  await assert.rejects(claiming(2_000_000_000), /damaged.*"x\.npy" is said to unpack to 2,000,000,000 bytes/);
});

test('no damage to an archive does anything but a sentence', async () => {
  const whole = zipSync({ 'x.npy': IMAGES, 'y.npy': LABELS });
  await inFolder(async (folder) => {
    const path = join(folder, 'set.npz');
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length - 1), fc.nat(255), fc.boolean(), async (at, byte, cut) => {
        const bytes = cut ? whole.slice(0, at) : Uint8Array.from(whole).fill(byte, at, at + 1);
        await writeFile(path, bytes);
        await opened(path).catch((error: unknown) => assert.ok(error instanceof UserError, String(error)));
      }),
      { numRuns: 150, seed: 1 },
    );
  });
});

const CIFAR = '../shared/data/cifar10-small.npz';
test('the CIFAR-10 sample opens with its 4,000 and 1,000 pictures', {
  skip: existsSync(CIFAR) ? false : `${CIFAR} is not on this machine`,
}, async () => {
  const { inputs, train, test: tested } = await opened(CIFAR);
  assert.deepEqual(inputs[0]?.shape, [32, 32, 3]);
  assert.deepEqual([train.count, tested.count], [4000, 1000]);
  const answers = await answersOf(tested);
  assert.deepEqual([...new Set(answers)].sort(), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
});
