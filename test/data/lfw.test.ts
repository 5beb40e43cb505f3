// Faces in the layout of LFW: who is trained on, which pairs are compared, and what is wrong with a list.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Dataset, PairSplit } from '../../src/data/dataset';
import { picture, writeFaces } from './faces';
import { inFolder } from './folder';
import { opened, refusal } from './read';

const SIDE = 4;
/** Anna has 3 pictures, Ben 2, Cleo 1; Dora and Emil are only in the test pairs. */
const PEOPLE: Readonly<Record<string, number>> = { Anna: 3, Ben: 2, Cleo: 1, Dora: 2, Emil: 1 };
const LISTS: Readonly<Record<string, string>> = {
  'peopleDevTrain.txt': '3\nAnna\t3\nBen\t2\nCleo\t1\n',
  'pairsDevTrain.txt': '1\nAnna\t1\t2\nAnna\t1\tBen\t2\n',
  'pairsDevTest.txt': '1\nDora\t1\t2\nDora\t2\tEmil\t1\n',
};

/** The same picture with one component. */
const GREY = Buffer.from(
  'ffd8ffe000104a46494600010100000100010000ffdb004300020101010101020101010202020202040302020202050404030406050606' +
    '0605060606070908060709070606080b08090a0a0a0a0a06080b0c0b0a0c090a0a0affc0000b080004000401011100ffc4001f00000105' +
    '01010101010100000000000000000102030405060708090a0bffc400b5100002010303020403050504040000017d010203000411051221' +
    '31410613516107227114328191a1082342b1c11552d1f02433627282090a161718191a25262728292a3435363738393a43444546474849' +
    '4a535455565758595a636465666768696a737475767778797a838485868788898a92939495969798999aa2a3a4a5a6a7a8a9aab2b3b4b5' +
    'b6b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6d7d8d9dae1e2e3e4e5e6e7e8e9eaf1f2f3f4f5f6f7f8f9faffda0008010100003f00fcef' +
    'afffd9',
  'hex',
);

async function withFaces(body: (folder: string) => Promise<void>, lists = LISTS): Promise<void> {
  await inFolder(async (folder) => {
    await writeFaces(folder, PEOPLE, lists, SIDE);
    await body(folder);
  });
}

/** The colour of both pictures of every pair, to the nearest ten, and whether they are of one person. */
async function colours({ images, first, second, same }: PairSplit): Promise<[number, number, number][]> {
  const size = SIDE * SIDE * 3;
  const out = new Float32Array(images.count * size);
  await images.read([...Array(images.count).keys()], [out]);
  const of = (index: number): number => Math.round((out[index * size] as number) / 10) * 10;
  return Array.from(first, (index, i) => [of(index), of(second[i] as number), same[i] as number]);
}

function pairsOf(dataset: Dataset) {
  assert.ok(dataset.pairs);
  return dataset.pairs;
}

test('people with two pictures are classes, and of three the last is for testing', () =>
  withFaces(async (folder) => {
    const { inputs, train, test: tested, notes } = await opened(folder);
    assert.deepEqual(inputs[0]?.shape, [SIDE, SIDE, 3]);
    const [target] = train.targets;
    assert.ok(target?.kind === 'classes');
    assert.deepEqual(target.classNames, ['Anna', 'Ben']);
    assert.deepEqual([...target.labels].sort(), [0, 0, 1, 1]);
    assert.equal(tested.count, 1);
    assert.deepEqual(notes, [
      '2 people are told apart in training',
      '1 people have fewer than 2 pictures and are not trained on',
    ]);
  }));

test('pairs are those of the lists, of one person or of two', () =>
  withFaces(async (folder) => {
    const pairs = pairsOf(await opened(folder));
    assert.deepEqual(await colours(pairs.validation), [
      [10, 20, 1],
      [10, 60, 0],
    ]);
    assert.deepEqual(await colours(pairs.test), [
      [130, 140, 1],
      [140, 170, 0],
    ]);
  }));

test('a pair that names a picture that is missing is told by its line', async () => {
  const refused = async (list: string, text: string): Promise<string> => {
    let sentence = '';
    await withFaces(
      async (folder) => {
        sentence = await refusal(opened(folder));
      },
      { ...LISTS, [list]: text },
    );
    return sentence;
  };
  assert.match(
    await refused('pairsDevTest.txt', '1\nDora\t1\t3\n'),
    /pairsDevTest\.txt, line 2 names the picture 3 of Dora, who has 2 pictures: Dora\/Dora_0003\.jpg is missing/,
  );
  assert.match(
    await refused('pairsDevTest.txt', '1\nEmil\t1\t2\n'),
    /line 2 names the picture 2 of Emil, who has but one picture/,
  );
  assert.match(await refused('pairsDevTrain.txt', '1\nAnna\t1\tNobody\t2\n'), /of Nobody, who has none/);
  assert.match(
    await refused('pairsDevTrain.txt', '1\nAnna\t1\n'),
    /pairsDevTrain\.txt, line 2: wanted a name and two numbers/,
  );
  assert.match(await refused('pairsDevTrain.txt', '1\n../../etc\t1\t2\n'), /line 2: wanted/);
  assert.match(await refused('pairsDevTrain.txt', ''), /names no pairs/);
  assert.match(
    await refused('peopleDevTrain.txt', '1\nBen\t3\n'),
    /line 2: Ben should have 3 pictures, and Ben\/Ben_0003\.jpg is missing/,
  );
  assert.match(await refused('peopleDevTrain.txt', '1\nCleo\t1\n'), /nobody has 2 pictures or more/);
});

test('a list that is missing and a damaged picture are named, a grey picture is made colour and named', () =>
  withFaces(async (folder) => {
    const face = join(folder, 'images/Ben/Ben_0002.jpg');
    await writeFile(face, GREY);
    const { inputs, notes } = await opened(folder);
    assert.equal(inputs[0]?.shape[2], 3);
    assert.equal(notes.at(-1), 'grey pictures among 8 are made colour: Ben/Ben_0002.jpg');
    await writeFile(face, picture(1, 2, SIDE).subarray(0, 400));
    const { train } = await opened(folder);
    const out = new Float32Array(train.count * SIDE * SIDE * 3);
    assert.match(
      await refusal(train.read([...Array(train.count).keys()], [out])),
      /Ben\/Ben_0002\.jpg: a damaged JPEG/,
    );
    await rm(join(folder, 'pairsDevTest.txt'));
    assert.match(await refusal(opened(folder)), /pairsDevTest\.txt is missing/);
  }));

const LFW = '../shared/data/lfw';
test('LFW opens with its 4,038 training people, 2,200 and 1,000 pairs', {
  skip: existsSync(LFW) ? false : `${LFW} is not on this machine`,
}, async () => {
  const dataset = await opened(LFW);
  const { validation, test: tested } = pairsOf(dataset);
  assert.deepEqual([validation.same.length, tested.same.length], [2200, 1000]);
  assert.equal(tested.same.filter((same) => same === 1).length, 500);
  const [target] = dataset.train.targets;
  assert.ok(target?.kind === 'classes');
  assert.match(dataset.notes.join(), /2,\d+ people have fewer than 2 pictures/);
  assert.equal(target.classes + Number(/(\d+),(\d+) people have/.exec(dataset.notes.join())?.slice(1).join('')), 4038);
});
