import assert from 'node:assert/strict';
import { test } from 'node:test';
import { digits } from '../../src/data/digits/digits';
import type { LabelledBytes, Subset } from '../../src/data/samples';

const PIXELS = 28 * 28;
const small = digits({ train: 400, test: 200 });

function image({ samples }: Subset<LabelledBytes>, i: number): Buffer {
  return Buffer.from(samples.values.subarray(i * PIXELS, (i + 1) * PIXELS));
}

function images(subset: Subset<LabelledBytes>): Buffer[] {
  return Array.from(subset.indices, (i) => image(subset, i));
}

test('without options there are 12,000 training and 4,000 test samples, in good time', () => {
  const before = process.cpuUsage();
  const { train, test } = digits();
  const { shape, classes } = train.samples;
  const { user, system } = process.cpuUsage(before);
  const perSecond = 16_000 / ((user + system) / 1e6);
  assert.deepEqual(shape, [28, 28, 1]);
  assert.equal(classes, 10);
  assert.equal(train.samples.values.length, 12_000 * PIXELS);
  assert.equal(test.samples.values.length, 4_000 * PIXELS);
  // 23,000 where this was written.
  assert.ok(perSecond > 8_000, `${perSecond.toFixed(0)} digits a second of processor time`);
});

test('every digit is equally frequent in every split', () => {
  for (const { samples } of [small.train, small.test]) {
    for (let digit = 0; digit < 10; digit++) {
      assert.equal(samples.labels.filter((label) => label === digit).length, samples.labels.length / 10);
    }
  }
});

test('the same seed draws the same samples, whatever number is asked for', () => {
  const fewer = digits({ train: 30, test: 20 });
  for (let i = 0; i < 30; i++) assert.ok(image(fewer.train, i).equals(image(small.train, i)));
  for (let i = 0; i < 20; i++) assert.ok(image(fewer.test, i).equals(image(small.test, i)));
});

test('another seed draws other samples', () => {
  const other = digits({ train: 30, test: 20, seed: 1 });
  for (let i = 0; i < 30; i++) assert.ok(!image(other.train, i).equals(image(small.train, i)));
});

test('no sample comes twice, in a split or across them', () => {
  const all = [...images(small.train), ...images(small.test)].map((bytes) => bytes.toString('base64'));
  assert.equal(new Set(all).size, 600);
});

test('a digit is bright ink on dark paper that stays inside the image', () => {
  for (const bytes of [...images(small.train), ...images(small.test)]) {
    assert.ok(Math.max(...bytes) > 120, 'ink is visible');
    const dark = bytes.filter((value) => value < 40).length / PIXELS;
    assert.ok(dark > 0.5 && dark < 0.97, `${dark} of the image is paper`);
    const ink = bytes.reduce((sum, value) => sum + Math.max(0, value - 40), 0);
    const atEdge = bytes.reduce((sum, value, i) => {
      const [row, column] = [Math.floor(i / 28), i % 28];
      const edge = row === 0 || row === 27 || column === 0 || column === 27;
      return sum + (edge ? Math.max(0, value - 40) : 0);
    }, 0);
    assert.ok(atEdge < 0.12 * ink, `${((100 * atEdge) / ink).toFixed(0)} % of the ink is at the image's edge`);
  }
});

test('the digits are told apart, though not by a mere template: a nearest mean finds most, not all', () => {
  const { train, test } = digits({ train: 2_000, test: 1_000 });
  const means = Array.from({ length: 10 }, () => new Float64Array(PIXELS));
  for (const [i, bytes] of images(train).entries()) {
    const mean = means[i % 10] as Float64Array;
    for (const [pixel, value] of bytes.entries()) mean[pixel] = (mean[pixel] as number) + value / 200;
  }
  const distance = (bytes: Buffer, mean: Float64Array): number =>
    mean.reduce((sum, value, pixel) => sum + (value - (bytes[pixel] as number)) ** 2, 0);
  const right = images(test).filter((bytes, i) => {
    const distances = means.map((mean) => distance(bytes, mean));
    return distances.indexOf(Math.min(...distances)) === i % 10;
  }).length;
  assert.ok(right > 600 && right < 900, `${right} of 1000`);
});
