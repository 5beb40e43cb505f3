import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Dataset, Split } from '../../src/data/dataset';
import { openDataset } from '../../src/data/open';
import { UserError } from '../../src/errors';
import { labelsOf } from '../split';
import { inFolder, smallSet, writeFiles } from './folder';

/** The first pixel of every sample of the small set's split: its number. */
async function numbers(split: Split): Promise<number[]> {
  const out = new Float32Array(split.count * 6);
  await split.read(
    Array.from({ length: split.count }, (_, i) => i),
    [out],
  );
  return Array.from({ length: split.count }, (_, i) => Math.round((out[i * 6] as number) * 255));
}

async function withSmall(body: (folder: string) => Promise<void>): Promise<void> {
  await inFolder(async (folder) => {
    await writeFiles(folder, smallSet());
    await body(folder);
  });
}

async function numbersOf(dataset: Dataset): Promise<{ train: number[]; validation: number[]; test: number[] }> {
  const [train, validation, test] = [dataset.train, dataset.validation, dataset.test].map(numbers);
  return { train: (await train) ?? [], validation: (await validation) ?? [], test: (await test) ?? [] };
}

test('classes says how many there are where labels are only some of them', () =>
  withSmall(async (folder) => {
    const classesOf = async (classes?: number): Promise<(number | undefined)[]> => {
      const { train, test: tested } = await openDataset(folder, classes === undefined ? {} : { classes });
      return [train, tested].map(({ targets: [target] }) => (target?.kind === 'classes' ? target.classes : undefined));
    };
    assert.deepEqual(await classesOf(), [4, 4]);
    assert.deepEqual(await classesOf(10), [10, 10]);
    await assert.rejects(classesOf(3), /has labels up to 3, 3 classes were asked for/);
  }));

test('digits is the built-in set: a tenth of train is validation, values are 0 to 1', async () => {
  const dataset = await openDataset('digits');
  assert.equal(dataset.name, 'digits');
  assert.deepEqual([dataset.train.count, dataset.validation.count, dataset.test.count], [10_800, 1_200, 4_000]);
  const out = new Float32Array(64 * 784);
  await dataset.test.read(
    Array.from({ length: 64 }, (_, i) => i),
    [out],
  );
  assert.ok(out.every((value) => value >= 0 && value <= 1));
  assert.ok(out.some((value) => value > 0.9));
});

test('a folder that holds nothing but a folder of data opens as that one', () =>
  inFolder(async (folder) => {
    const inner = join(folder, 'archive', 'data');
    await mkdir(inner, { recursive: true });
    await mkdir(join(folder, '__MACOSX'));
    await writeFile(join(folder, 'README.md'), 'small');
    await writeFiles(inner, smallSet());
    assert.deepEqual(await numbersOf(await openDataset(folder)), await numbersOf(await openDataset(inner)));
    await mkdir(join(folder, 'other'));
    await assert.rejects(openDataset(folder), /holds no data of a known kind/);
  }));

test('a folder and a file of it open as the same data', () =>
  withSmall(async (folder) => {
    const byFolder = await openDataset(folder);
    const byFile = await openDataset(join(folder, 't10k-labels-idx1-ubyte'));
    assert.deepEqual(byFolder.inputs[0]?.shape, [2, 3, 1]);
    assert.deepEqual(await numbersOf(byFile), await numbersOf(byFolder));
  }));

test('validation is a share of train alone: disjoint from it, with its labels, of the exact size', () =>
  withSmall(async (folder) => {
    for (const validation of [0.25, 0.5]) {
      const dataset = await openDataset(folder, { validation });
      const held = await numbers(dataset.validation);
      assert.equal(held.length, 12 * validation);
      assert.deepEqual(
        [...held, ...(await numbers(dataset.train))].toSorted((a, b) => a - b),
        Array.from({ length: 12 }, (_, i) => i),
      );
      assert.deepEqual(
        [...labelsOf(dataset.validation)],
        held.map((i) => i % 4),
      );
      assert.deepEqual(await numbers(dataset.test), [0, 1, 2]);
    }
  }));

test('a share of 0 leaves validation empty and train whole', () =>
  withSmall(async (folder) => {
    const dataset = await openDataset(folder, { validation: 0 });
    assert.deepEqual([dataset.train.count, dataset.validation.count], [12, 0]);
  }));

test('the seed decides what is held out, never what is tested', () =>
  withSmall(async (folder) => {
    const { 't10k-images-idx3-ubyte': _images, 't10k-labels-idx1-ubyte': _labels, ...train } = smallSet();
    await inFolder(async (alone) => {
      await writeFiles(alone, train);
      for (const source of [folder, alone]) {
        const [first, again, other] = await Promise.all(
          [1, 1, 2].map(async (seed) => numbersOf(await openDataset(source, { validation: 0.5, seed }))),
        );
        assert.deepEqual(again, first);
        assert.notDeepEqual(other?.validation, first?.validation);
        assert.deepEqual(other?.test, first?.test);
      }
    });
  }));

test('the normalization reaches every split', () =>
  withSmall(async (folder) => {
    const dataset = await openDataset(folder, {
      validation: 0.5,
      normalization: { scale: 1, mean: 200, deviation: 2 },
    });
    for (const split of [dataset.train, dataset.validation, dataset.test]) {
      const out = new Float32Array(6);
      await split.read([0], [out]);
      assert.deepEqual([...out.subarray(1)], [0, -100, 27.5, -91.5, -50.5]);
    }
  }));

test('a validation share outside 0 to 1 is refused', () =>
  withSmall(async (folder) => {
    for (const validation of [1, -0.1, Number.NaN]) {
      await assert.rejects(openDataset(folder, { validation }), UserError);
    }
  }));

test('unknown content and a missing path say what was looked for or where', () =>
  inFolder(async (folder) => {
    await writeFiles(folder, { 'notes.txt': Buffer.from('not a data set') });
    const unknown = (error: unknown): boolean =>
      error instanceof UserError && /no data of a known kind.*train-images-idx3-ubyte.*digits/.test(error.message);
    await assert.rejects(openDataset(folder), unknown);
    await assert.rejects(openDataset(join(folder, 'notes.txt')), unknown);
    await assert.rejects(
      openDataset(join(folder, 'nowhere')),
      (error: unknown) => error instanceof UserError && /nowhere/.test(error.message),
    );
  }));
