// Pictures as data: every format, folders of classes, what is asked for and what is refused.
import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { encode as encodeJpeg } from 'jpeg-js';
import { PNG } from 'pngjs';
import { decodeImage } from '../../src/data/images/decode';
import { changed, type Pixels, resized } from '../../src/data/images/pixels';
import { openDataset } from '../../src/data/open';
import { UserError } from '../../src/errors';
import { inFolder } from './folder';
import { answersOf, opened, refusal, rowsOf } from './read';

const [WIDTH, HEIGHT] = [5, 3];
/** Smooth, so that JPEG keeps it nearly as it is. */
const COLOURS = Uint8Array.from({ length: WIDTH * HEIGHT * 3 }, (_, i) => 40 + 10 * (i % 3) + 8 * Math.floor(i / 3));
const GREYS = Uint8Array.from({ length: WIDTH * HEIGHT }, (_, i) => 30 + 10 * i);

function rgba(grey = false): Buffer {
  return Buffer.from(
    Array.from({ length: WIDTH * HEIGHT }, (_, i) =>
      grey ? [GREYS[i], GREYS[i], GREYS[i], 255] : [COLOURS[3 * i], COLOURS[3 * i + 1], COLOURS[3 * i + 2], 255],
    ).flat() as number[],
  );
}

function png(colorType: 0 | 2 | 6): Buffer {
  const image = new PNG({ width: WIDTH, height: HEIGHT });
  image.data = rgba(colorType === 0);
  return PNG.sync.write(image, { colorType });
}

const JPEG = Buffer.from(encodeJpeg({ width: WIDTH, height: HEIGHT, data: rgba() }, 100).data);

function pnm(kind: string, most: number, values: Iterable<number>, text = false): Buffer {
  const body = text ? Buffer.from([...values].join(' ')) : Buffer.from([...values]);
  return Buffer.concat([Buffer.from(`${kind}\n# a comment\n${WIDTH} ${HEIGHT}\n${most}\n`), body]);
}

/** @param palette of colours, for 8 bits a pixel. */
function bmp(depth: 8 | 24 | 32, rowOf: (y: number) => number[], palette: number[][] = [], down = false): Buffer {
  const header = Buffer.alloc(54);
  header.write('BM');
  header.writeUInt32LE(54 + 4 * palette.length, 10);
  header.writeUInt32LE(40, 14);
  header.writeInt32LE(WIDTH, 18);
  header.writeInt32LE(down ? -HEIGHT : HEIGHT, 22);
  header.writeUInt16LE(depth, 28);
  header.writeUInt32LE(palette.length, 46);
  const rows = Array.from({ length: HEIGHT }, (_, i) => {
    const row = rowOf(down ? i : HEIGHT - 1 - i);
    return Buffer.concat([Buffer.from(row), Buffer.alloc((4 - (row.length % 4)) % 4)]);
  });
  return Buffer.concat([header, Buffer.from(palette.flat()), ...rows]);
}

function row(y: number, of: (i: number) => number[]): number[] {
  return Array.from({ length: WIDTH }, (_, x) => of(y * WIDTH + x)).flat();
}

function bgr(i: number): number[] {
  return [COLOURS[3 * i + 2] ?? 0, COLOURS[3 * i + 1] ?? 0, COLOURS[3 * i] ?? 0];
}

const GREY_RAMP = Array.from({ length: 256 }, (_, i) => [i, i, i, 0]);
const COLOURED: Readonly<Record<string, Buffer>> = {
  PNG: png(2),
  PPM: pnm('P6', 255, COLOURS),
  'PPM in text': pnm('P3', 255, COLOURS, true),
  BMP: bmp(24, (y) => row(y, bgr)),
  'BMP from top to bottom': bmp(24, (y) => row(y, bgr), [], true),
  'BMP of 32 bits': bmp(32, (y) => row(y, (i) => [...bgr(i), 0])),
  'BMP with a palette': bmp(
    8,
    (y) => row(y, (i) => [i]),
    Array.from({ length: 15 }, (_, i) => [...bgr(i), 0]),
  ),
};

for (const [name, file] of Object.entries(COLOURED)) {
  test(`${name}: its colours, row after row`, () => {
    const { height, width, channels, data } = decodeImage(file, name);
    assert.deepEqual([height, width, channels], [HEIGHT, WIDTH, 3]);
    assert.deepEqual([...data], [...COLOURS]);
  });
}

for (const [name, file] of [
  ['grey PNG', png(0)],
  ['PGM', pnm('P5', 255, GREYS)],
  ['PGM in text', pnm('P2', 255, GREYS, true)],
  ['grey BMP', bmp(8, (y) => row(y, (i) => [GREYS[i] ?? 0]), GREY_RAMP)],
] as const) {
  test(`${name}: one channel`, () => {
    const { channels, data } = decodeImage(file, name);
    assert.equal(channels, 1);
    assert.deepEqual([...data], [...GREYS]);
  });
}

test('JPEG: its colours nearly, and a PGM of another white is scaled to 255', () => {
  const { height, width, channels, data } = decodeImage(JPEG, 'a.jpg');
  assert.deepEqual([height, width, channels], [HEIGHT, WIDTH, 3]);
  data.forEach((value, i) => {
    assert.ok(Math.abs(value - (COLOURS[i] ?? 0)) < 16, `${i}: ${value}`);
  });
  assert.equal(
    decodeImage(
      pnm(
        'P5',
        100,
        GREYS.map(() => 100),
      ),
      'a.pgm',
    ).data[0],
    255,
  );
});

test('a picture made smaller keeps its mean, one made larger its range, one of the same size everything', () => {
  const pixels: Pixels = {
    height: 8,
    width: 6,
    channels: 1,
    data: Float32Array.from({ length: 48 }, (_, i) => (i * 37) % 256),
  };
  const mean = ({ data }: Pixels): number => Array.from(data).reduce((sum, value) => sum + value, 0) / data.length;
  assert.ok(Math.abs(mean(resized(pixels, 4, 3)) - mean(pixels)) < 8);
  const larger = resized(pixels, 16, 12);
  assert.ok(
    Math.max(...larger.data) <= Math.max(...pixels.data) && Math.min(...larger.data) >= Math.min(...pixels.data),
  );
  assert.equal(resized(pixels, 8, 6), pixels);
  const flat = { ...pixels, data: new Float32Array(48).fill(7) };
  for (const value of resized(flat, 5, 11).data) assert.ok(Math.abs(value - 7) < 1e-4);
});

test('grey is what the eye sees of colours, and grey made colour is thrice the same', () => {
  const pixels: Pixels = { height: 1, width: 2, channels: 3, data: Uint8Array.of(255, 0, 0, 10, 10, 10) };
  assert.deepEqual([...changed(pixels, { colour: 'grey' }).data].map(Math.round), [76, 10]);
  const grey: Pixels = { height: 1, width: 2, channels: 1, data: Uint8Array.of(3, 4) };
  assert.deepEqual([...changed(grey, { colour: 'rgb' }).data], [3, 3, 3, 4, 4, 4]);
});

async function withPictures(files: Record<string, Uint8Array>, body: (folder: string) => Promise<void>): Promise<void> {
  await inFolder(async (folder) => {
    for (const [name, bytes] of Object.entries(files)) {
      await mkdir(dirname(join(folder, name)), { recursive: true });
      await writeFile(join(folder, name), bytes);
    }
    await body(folder);
  });
}

test('a folder for each class is a class for each folder, a share of them for testing', () =>
  withPictures(
    Object.fromEntries(
      Array.from({ length: 12 }, (_, i) => [
        `${i % 2 ? 'dog' : 'cat'}/${i}.png`,
        i % 2 ? png(2) : (COLOURED.PPM ?? png(2)),
      ]),
    ),
    async (folder) => {
      const { inputs, train, test: tested } = await opened(folder, { test: 0.25 });
      assert.deepEqual(inputs, [{ name: 'images', shape: [HEIGHT, WIDTH, 3] }]);
      assert.deepEqual([train.count, tested.count], [9, 3]);
      const [target] = train.targets;
      assert.ok(target?.kind === 'classes');
      assert.deepEqual(target.classNames, ['cat', 'dog']);
      assert.deepEqual((await rowsOf(tested))[0], [...COLOURS]);
    },
  ));

test('train, validation and test folders are the parts, pixels are scaled to 0..1', () =>
  withPictures(
    {
      'train/a/1.png': png(2),
      'train/b/1.png': png(2),
      'val/a/1.png': png(2),
      'test/b/1.png': png(2),
      'test/b/note.txt': png(2),
    },
    async (folder) => {
      const { train, validation, test: tested } = await openDataset(folder);
      assert.deepEqual([train.count, validation.count, tested.count], [2, 1, 1]);
      assert.deepEqual(await answersOf(tested), [1]);
      assert.deepEqual((await rowsOf(tested))[0]?.[0], Math.fround(40 / 255));
    },
  ));

test('pictures of other sizes or colours are refused by name unless it is said what to make of them', () => {
  const files = { 'a/1.png': png(2), 'a/2.png': png(0), 'b/1.png': png(0) };
  return withPictures(files, async (folder) => {
    assert.match(await refusal(opened(folder)), /a\/2\.png is grey, a\/1\.png is colour.*--colour rgb/);
    const {
      inputs,
      train,
      test: tested,
    } = await opened(folder, { image: { colour: 'rgb', size: [6, 10] }, test: 0.4 });
    assert.deepEqual(inputs[0]?.shape, [6, 10, 3]);
    assert.equal((await rowsOf(train)).length + (await rowsOf(tested)).length, 3);
    await writeFile(
      join(folder, 'a/2.png'),
      pnm('P6', 255, COLOURS).toString('latin1').replace('5 3', '3 5'),
      'latin1',
    );
    assert.match(await refusal(opened(folder)), /a\/2\.png is 3×5, a\/1\.png is 5×3.*--size 5x3/);
    const picture = { height: 64, width: 48, channels: 3 };
    assert.match(await refusal(opened(folder, { ports: { picture } })), /--size 48x64, or/, 'what the model takes');
  });
});

test('a few grey pictures among coloured ones are made colour, and a note says which', () => {
  const files = { 'train/a/1.png': png(2), 'train/b/1.png': png(2), 'test/a/1.png': png(0), 'test/b/1.png': png(2) };
  return withPictures(files, async (folder) => {
    const { inputs, test: tested, notes } = await opened(folder);
    assert.deepEqual(inputs[0]?.shape, [3, 5, 3]);
    assert.deepEqual(notes, ['grey pictures among 4 are made colour: test/a/1.png']);
    const [first = [], second = []] = await rowsOf(tested);
    assert.deepEqual(
      first,
      [...GREYS].flatMap((grey) => [grey, grey, grey]),
    );
    assert.deepEqual(second, [...COLOURS]);
    assert.deepEqual((await opened(folder, { image: { colour: 'rgb' } })).notes, []);
  });
});

test('a damaged picture is named when it is read, a file that is no picture when the folder is opened', () => {
  const files = { 'a/1.png': png(2), 'a/2.jpg': JPEG.subarray(0, JPEG.length - 40), 'b/1.png': png(2) };
  return withPictures(files, async (folder) => {
    const { train } = await opened(folder, { test: 0 });
    assert.match(await refusal(rowsOf(train)), /a\/2\.jpg: a damaged JPEG \(it ends early\)/);
    await writeFile(join(folder, 'b/2.png'), 'no picture');
    assert.match(await refusal(opened(folder)), /b\/2\.png is no picture that is read/);
  });
});

test('an empty class folder is refused', () =>
  withPictures({ 'a/1.png': png(2), 'b/note.txt': png(2) }, async (folder) => {
    assert.match(await refusal(opened(folder)), /class folder .*b holds no pictures/);
  }));

test('a header that says a picture is huge allocates nothing', () => {
  const huge = Buffer.from(png(2));
  huge.writeUInt32BE(100_000, 16);
  huge.writeUInt32BE(100_000, 20);
  assert.throws(() => decodeImage(huge, 'a.png'), /a\.png is said to be 100000×100000 pixels/);
  assert.throws(() => decodeImage(pnm('P5', 255, []).subarray(0, 8), 'a.pgm'), /a\.pgm: a damaged PNM/);
});

test('no damage to a picture does anything but a sentence with its name', () => {
  const files = [...Object.values(COLOURED), JPEG, png(6), png(0)];
  fc.assert(
    fc.property(
      fc.nat(files.length - 1),
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.nat(255),
      fc.boolean(),
      (which, share, byte, cut) => {
        const whole = files[which] as Buffer;
        const at = Math.min(whole.length - 1, Math.floor(share * whole.length));
        try {
          decodeImage(cut ? whole.subarray(0, at) : Buffer.from(whole).fill(byte, at, at + 1), 'a picture');
        } catch (error) {
          assert.ok(error instanceof UserError && error.message.startsWith('a picture'), String(error));
        }
      },
    ),
    { numRuns: 400, seed: 1 },
  );
});
