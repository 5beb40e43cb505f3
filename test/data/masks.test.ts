// Segmentation data: pictures and masks beside each other, what their values mean, and that both move together.
import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { crc32, deflateSync } from 'node:zlib';
import { PNG } from 'pngjs';
import type { ClassTarget, Dataset, Split, Target, ValueTarget } from '../../src/data/dataset';
import { TargetFeed } from '../../src/data/feed';
import { fitDataset, type ModelInterface } from '../../src/data/fit';
import { paletteOf } from '../../src/data/images/palette';
import { openDataset } from '../../src/data/open';
import { inFolder } from './folder';
import { refusal } from './read';

const [WIDTH, HEIGHT, COUNT] = [4, 3, 12];
const GREY = 0;
const PALETTE = 3;

/** A PNG that stores these values, of a colour type and depth. */
function stored(values: readonly number[], type = GREY, depth = 8, [width, height] = [WIDTH, HEIGHT]): Buffer {
  const chunk = (name: string, body: Buffer): Buffer => {
    const named = Buffer.concat([Buffer.from(name, 'latin1'), body]);
    const [length, sum] = [Buffer.alloc(4), Buffer.alloc(4)];
    length.writeUInt32BE(body.length);
    sum.writeUInt32BE(crc32(named));
    return Buffer.concat([length, named, sum]);
  };
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([depth, type], 8);
  const rows = Array.from({ length: height }, (_, y) => {
    const bits = values.slice(y * width, (y + 1) * width).map((value) => value.toString(2).padStart(depth, '0'));
    const bytes = bits.join('').match(/.{1,8}/g) ?? [];
    return [0, ...bytes.map((byte) => Number.parseInt(byte.padEnd(8, '0'), 2))];
  });
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    // Every colour the same: only the index tells them apart. Those of a low one are transparent.
    ...(type === PALETTE
      ? [chunk('PLTE', Buffer.alloc(3 * 2 ** Math.min(depth, 8), 7)), chunk('tRNS', Buffer.alloc(3))]
      : []),
    chunk('IDAT', deflateSync(Buffer.from(rows.flat()))),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

/** The red of pixel p of picture i is i·20 + p. */
function picture(i: number, [width, height] = [WIDTH, HEIGHT]): Buffer {
  const image = new PNG({ width, height });
  image.data = Buffer.from(Array.from({ length: width * height }, (_, p) => [i * 20 + p, 0, 0, 255]).flat());
  return PNG.sync.write(image, { colorType: 2 });
}

/** The class of pixel p of picture i. */
const classOf = (i: number, p: number, classes: number): number => (i + p) % classes;
const PIXELS = Array.from({ length: WIDTH * HEIGHT }, (_, p) => p);

async function put(folder: string, files: Record<string, Uint8Array>): Promise<void> {
  for (const [name, bytes] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), bytes);
  }
}

function set(mask: (i: number) => Uint8Array, nameOf = (i: number): string => `masks/${i}.png`) {
  const files: Record<string, Uint8Array> = {};
  for (let i = 0; i < COUNT; i++) {
    files[`images/${i}.png`] = picture(i);
    files[nameOf(i)] = mask(i);
  }
  return files;
}

const segmenter = (classes: number, operator = 'Softmax'): ModelInterface => ({
  inputs: [{ name: 'x', type: 'float32', shape: [HEIGHT, WIDTH, 3] }],
  outputs: [{ name: 'y', type: 'float32', shape: [HEIGHT, WIDTH, classes], operator }],
});

/** Each sample's number and the values at its pixels, as a step gets them. */
async function samplesOf(split: Split, draw?: string): Promise<{ red: number[]; target: number[] }[]> {
  const [target] = split.targets as [Target];
  const indices = Array.from({ length: split.count }, (_, i) => i);
  const fed = new Float32Array(split.count * WIDTH * HEIGHT * 3);
  await split.read(indices, [fed], draw);
  const shape = [split.count, HEIGHT, WIDTH, ...(target.kind === 'classes' ? [] : [1])];
  const feed = new TargetFeed(target, target.kind === 'classes' ? 'int64' : 'float32', shape);
  await feed.load(indices, draw);
  const values = Array.from(feed.tensor.data, Number);
  return indices.map((i) => ({
    red: PIXELS.map((p) => Math.round(255 * (fed[(i * PIXELS.length + p) * 3] as number))),
    target: values.slice(i * PIXELS.length, (i + 1) * PIXELS.length),
  }));
}

const kinds: Record<string, (i: number) => Uint8Array> = {
  'class indices': (i) => stored(PIXELS.map((p) => classOf(i, p, 3))),
  'palette indices of 8 bits': (i) =>
    stored(
      PIXELS.map((p) => classOf(i, p, 3)),
      PALETTE,
    ),
  'palette indices of 2 bits': (i) =>
    stored(
      PIXELS.map((p) => classOf(i, p, 3)),
      PALETTE,
      2,
    ),
  'grey values of 4 bits': (i) =>
    stored(
      PIXELS.map((p) => classOf(i, p, 3)),
      GREY,
      4,
    ),
};
for (const [what, mask] of Object.entries(kinds)) {
  test(`masks of ${what} are the classes of their pixels, for pictures of the same name`, () =>
    inFolder(async (folder) => {
      await put(folder, set(mask));
      const { train, test: tested } = fitDataset(await openDataset(folder), segmenter(3));
      const [target] = train.targets as [ClassTarget];
      assert.deepEqual([target.kind, target.classes, target.shape], ['classes', 3, [HEIGHT, WIDTH]]);
      for (const { red, target: labels } of [...(await samplesOf(train)), ...(await samplesOf(tested))]) {
        const i = (red[0] as number) / 20;
        assert.deepEqual(
          labels,
          PIXELS.map((p) => classOf(i, p, 3)),
        );
      }
    }));
}

test('masks of 0 and 255, or of 0 and 1, are answers of a probability or a logit, and classes of two scores', () =>
  inFolder(async (folder) => {
    for (const white of [1, 255]) {
      await put(
        folder,
        set((i) => stored(PIXELS.map((p) => white * classOf(i, p, 2)))),
      );
      const data = await openDataset(folder);
      for (const operator of ['Sigmoid', 'Conv']) {
        const { train } = fitDataset(data, segmenter(1, operator));
        assert.equal(train.targets[0]?.kind, 'binary');
        for (const { red, target } of await samplesOf(train))
          assert.deepEqual(
            target,
            PIXELS.map((p) => classOf((red[0] as number) / 20, p, 2)),
          );
      }
      assert.equal(fitDataset(data, segmenter(2)).train.targets[0]?.kind, 'classes');
    }
  }));

test('pixels of 255 beside classes are ignored, of 255 beside 0 alone are yes', () =>
  inFolder(async (folder) => {
    const of = (i: number, p: number, classes: number): number => (p === 5 ? 255 : classOf(i, p, classes));
    for (const type of [GREY, PALETTE]) {
      for (const classes of [3, 2]) {
        const own = join(folder, `${type} ${classes}`);
        await put(
          own,
          set((i) =>
            stored(
              PIXELS.map((p) => of(i, p, classes)),
              type,
            ),
          ),
        );
        const data = await openDataset(own);
        assert.match(data.notes.join(), /8\.3 % of the masks' pixels say that nothing is known there/);
        // One score at each pixel tells two classes apart, too.
        for (const scores of classes === 2 ? [2, 1] : [3]) {
          const { train } = fitDataset(data, segmenter(scores, scores === 1 ? 'Sigmoid' : 'Softmax'));
          const [target] = train.targets as [ClassTarget];
          assert.deepEqual([target.kind, target.classes, target.ignored, target.lowest], ['classes', classes, 255, 0]);
          for (const { red, target: labels } of await samplesOf(train))
            assert.deepEqual(
              labels,
              PIXELS.map((p) => of((red[0] as number) / 20, p, classes)),
            );
        }
      }
    }
    const shifted = await openDataset(join(folder, '0 3'), { augment: { flip: true, shift: 1 } });
    for (const { red, target } of await samplesOf(fitDataset(shifted, segmenter(3)).train, 'a')) {
      const i = Math.floor((red[0] as number) / 20);
      assert.deepEqual(
        target,
        red.map((value) => of(i, value - 20 * i, 3)),
      );
    }
    await put(
      join(folder, 'from 1'),
      set((i) => stored(PIXELS.map((p) => (p === 5 ? 255 : 1 + classOf(i, p, 3))))),
    );
    const [target] = fitDataset(await openDataset(join(folder, 'from 1')), segmenter(3)).train.targets as [ClassTarget];
    assert.deepEqual([...new Set(target.labels)].sort(), [0, 1, 2, 255]);
  }));

test('colours stand for the classes that the palette says, in whatever way a PNG stores them', () =>
  inFolder(async (folder) => {
    const colours = ['#000000', '#800000', '#008000'];
    const border = '#e0e0c0';
    const bytesOf = (hex: string): number[] => [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16));
    const colourOf = (i: number, p: number): string => (p === 5 ? border : (colours[classOf(i, p, 3)] as string));
    const coloured = (i: number, colorType: 2 | 6): Buffer => {
      const image = new PNG({ width: WIDTH, height: HEIGHT });
      image.data = Buffer.from(PIXELS.flatMap((p) => [...bytesOf(colourOf(i, p)), 255]));
      return PNG.sync.write(image, { colorType });
    };
    await put(
      folder,
      set((i) => coloured(i, i % 2 === 0 ? 2 : 6)),
    );
    for (const [palette, classes] of [
      [[...colours, `ignore=${border}`], 3],
      ['voc', 21],
    ] as const) {
      const { train } = fitDataset(await openDataset(folder, { palette }), segmenter(classes));
      const [target] = train.targets as [ClassTarget];
      assert.deepEqual([target.classes, target.ignored], [classes, 255]);
      for (const { red, target: labels } of await samplesOf(train))
        assert.deepEqual(
          labels,
          PIXELS.map((p) => (p === 5 ? 255 : classOf((red[0] as number) / 20, p, 3))),
        );
    }
    assert.match(await refusal(openDataset(folder)), /holds colours .* Say so by --palette/);
    assert.match(
      await refusal(openDataset(folder, { palette: colours })),
      /masks\/0\.png holds the colour #e0e0c0 at 1, 1, which is not in the palette\. .* ignore=#e0e0c0/,
    );
    assert.match(await refusal(openDataset(folder, { palette: ['#000000', 'red'] })), /"red" is no colour/);
    assert.match(await refusal(openDataset(folder, { palette: ['#000000', '#000000'] })), /names #000000 twice/);
  }));

test("the palettes with names are those of VOC's and Cityscapes' own tools", () => {
  const colour = (hex: string): number => Number.parseInt(hex, 16);
  const voc = paletteOf('voc');
  assert.equal(voc.classes, 21);
  // As VOCdevkit's VOClabelcolormap has them: aeroplane, person, tvmonitor, the border.
  assert.deepEqual(
    ['800000', 'c08080', '004080', 'e0e0c0'].map((hex) => voc.labels.get(colour(hex))),
    [1, 15, 20, 255],
  );
  const cityscapes = paletteOf('cityscapes');
  assert.equal(cityscapes.classes, 19);
  // As cityscapesscripts' labels.py has them: road, car, bicycle, unlabeled.
  assert.deepEqual(
    ['804080', '00008e', '770b20', '000000'].map((hex) => cityscapes.labels.get(colour(hex))),
    [0, 13, 18, 255],
  );
});

test('picture and mask are mirrored and shifted alike, classes and answers', () =>
  inFolder(async (folder) => {
    for (const classes of [3, 2]) {
      await put(
        folder,
        set((i) => stored(PIXELS.map((p) => classOf(i, p, classes)))),
      );
      const augment = { flip: true, shift: 1 };
      const { train } = fitDataset(await openDataset(folder, { augment }), segmenter(classes === 2 ? 1 : 3, 'Sigmoid'));
      let moved = 0;
      for (const draw of ['a', 'b', 'c']) {
        for (const { red, target } of await samplesOf(train, draw)) {
          const i = Math.floor((red[0] as number) / 20);
          if (red.some((value, p) => value !== 20 * i + p)) moved++;
          assert.deepEqual(
            target,
            red.map((value) => classOf(i, value - 20 * i, classes)),
          );
        }
      }
      assert.ok(moved > 3);
    }
  }));

test('folders for training and testing, names with _mask and masks of other sizes than are asked for', () =>
  inFolder(async (folder) => {
    const mask = (i: number): Buffer => stored(PIXELS.map((p) => classOf(i, p, 3)));
    await put(
      join(folder, 'a/train'),
      set(mask, (i) => `masks/${i}_mask.png`),
    );
    await put(join(folder, 'a/test'), { 'images/x.png': picture(0), 'masks/x.png': mask(0) });
    const inside = await openDataset(join(folder, 'a'));
    assert.deepEqual([inside.test.count, inside.train.count + inside.validation.count], [1, COUNT]);
    await put(join(folder, 'b'), {
      'images/train/0.png': picture(0),
      'labels/train/0.png': mask(0),
      'images/val/1.png': picture(1),
      'labels/val/1.png': mask(1),
      'images/test/2.png': picture(2),
      'labels/test/2.png': mask(2),
    });
    const outside = await openDataset(join(folder, 'b'), { image: { size: [2 * HEIGHT, 2 * WIDTH] } });
    assert.deepEqual([outside.train.count, outside.validation.count, outside.test.count], [1, 1, 1]);
    const [target] = outside.train.targets as [ClassTarget | ValueTarget];
    assert.deepEqual(target.shape, [2 * HEIGHT, 2 * WIDTH]);
    const large = (target as ClassTarget).labels;
    assert.deepEqual([large[0], large[1], large[2], large[3]], [0, 0, 1, 1]);
  }));

test("the folders of PASCAL VOC and Cityscapes are read as they unpack, by VOC's lists", () =>
  inFolder(async (folder) => {
    const mask = (i: number): Buffer =>
      stored(
        PIXELS.map((p) => (p === 5 ? 255 : classOf(i, p, 3))),
        PALETTE,
      );
    const voc = join(folder, 'voc');
    const lists = 'ImageSets/Segmentation';
    const names = (from: number, to: number): Buffer =>
      Buffer.from(Array.from({ length: to - from }, (_, i) => `2007_${from + i}\n`).join(''));
    await put(voc, {
      [`${lists}/train.txt`]: names(0, 8),
      [`${lists}/val.txt`]: names(8, 10),
      [`${lists}/test.txt`]: names(10, 12),
      'Annotations/2007_0.xml': Buffer.from('<annotation/>'),
      'SegmentationObject/2007_0.png': mask(0),
    });
    for (let i = 0; i < 14; i++) {
      await put(voc, { [`JPEGImages/2007_${i}.png`]: picture(i) });
      if (i < 10) await put(voc, { [`SegmentationClass/2007_${i}.png`]: mask(i) });
    }
    const data = await openDataset(voc);
    const counts = ({ train, validation, test }: Dataset) => [train, validation, test].map(({ count }) => count);
    assert.deepEqual(counts(data), [7, 2, 1]);
    const { train } = fitDataset(data, segmenter(3));
    for (const { red, target } of await samplesOf(train))
      assert.deepEqual(
        target,
        PIXELS.map((p) => (p === 5 ? 255 : classOf((red[0] as number) / 20, p, 3))),
      );
    await put(voc, { [`${lists}/val.txt`]: names(8, 11) });
    assert.match(await refusal(openDataset(voc)), /val\.txt lists 2007_10, which has no mask/);

    const city = join(folder, 'city');
    for (let i = 0; i < 12; i++) {
      const [part, place] = [i < 8 ? 'train/aachen' : i < 10 ? 'val/ulm' : 'test/bonn', `${i}_000019`];
      await put(city, {
        [`leftImg8bit/${part}/${place}_leftImg8bit.png`]: picture(i),
        [`gtFine/${part}/${place}_gtFine_labelTrainIds.png`]: mask(i),
        [`gtFine/${part}/${place}_gtFine_labelIds.png`]: mask(i),
      });
    }
    const scenes = await openDataset(city);
    assert.deepEqual(counts(scenes), [7, 2, 1]);
    assert.equal((fitDataset(scenes, segmenter(3)).train.targets[0] as ClassTarget).ignored, 255);
    assert.match(
      await refusal(openDataset(city, { palette: 'cityscapes' })),
      /0_000019_gtFine_color\.png is not there\. Unpack gtFine anew/,
    );
  }));

test('a missing mask, one of another size, colours, a JPEG and too many classes are each one clear message', () =>
  inFolder(async (folder) => {
    const mask = (i: number): Buffer => stored(PIXELS.map((p) => classOf(i, p, 3)));
    const wrong: [Record<string, Uint8Array>, RegExp][] = [
      [{ 'images/more.png': picture(0) }, /more\.png has no mask: .*masks\/more\.png is not there/],
      [
        { 'masks/3.png': stored([0, 1, 2, 3], GREY, 8, [2, 2]) },
        /masks\/3\.png is 2×2, its picture images\/3\.png is 4×3/,
      ],
      [{ 'masks/3.png': picture(1) }, /masks\/3\.png holds colours \(20, 0, 0 at 0, 0\)/],
      [{ 'masks/3.png': Buffer.from([0xff, 0xd8, 0xff]) }, /is a JPEG/],
      [
        {
          'masks/3.png': stored(
            PIXELS.map(() => 300),
            GREY,
            16,
          ),
        },
        /holds the value 300/,
      ],
      [{ 'masks/3.png': mask(3).subarray(0, 60) }, /3\.png: a damaged PNG/],
    ];
    for (const [i, [files, says]] of wrong.entries()) {
      const own = join(folder, String(i));
      await put(own, { ...set(mask), ...files });
      assert.match(await refusal(openDataset(own)), says);
    }
    await put(join(folder, 'few'), set(mask));
    const data = await openDataset(join(folder, 'few'));
    assert.throws(() => fitDataset(data, segmenter(2)), /labels go up to 2, the model has 2 outputs/);
    assert.throws(() => fitDataset(data, segmenter(1, 'Sigmoid')), /labels go up to 2/);
  }));

test('folders of classes stay classes, whatever they are called', () =>
  inFolder(async (folder) => {
    for (const name of ['masks', 'no_masks'])
      await put(folder, { [`${name}/a.png`]: picture(1), [`${name}/b.png`]: picture(2) });
    const { train } = await openDataset(folder, { validation: 0 });
    assert.deepEqual((train.targets[0] as ClassTarget).classNames, ['masks', 'no_masks']);
  }));
