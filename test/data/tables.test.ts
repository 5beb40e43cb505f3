// CSV, JSON lines and Parquet: what is taken for inputs and targets, and what is refused.
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { gzipSync, inflateSync } from 'node:zlib';
import fc from 'fast-check';
import type { DatasetOptions } from '../../src/data/open';
import { UserError } from '../../src/errors';
import { inFolder, writeFiles } from './folder';
import { INDEXED, MANY, NUMBERS, PICTURES } from './parquet-files';
import { answersOf, opened, refusal, rowsOf } from './read';

const FLOWERS = `length,width,species
1,10,rose
2,20,"lily, white"
3,30,rose
4,40,tulip
5,50,rose
6,60,tulip
`;

async function withFile<T>(name: string, content: string | Uint8Array, body: (path: string) => Promise<T>): Promise<T> {
  let result: T | undefined;
  await inFolder(async (folder) => {
    const path = join(folder, name);
    await writeFile(path, content);
    result = await body(path);
  });
  return result as T;
}

function refused(name: string, content: string | Uint8Array, options?: DatasetOptions): Promise<string> {
  return withFile(name, content, (path) => refusal(opened(path, options)));
}

test('a column of text is named classes, the numbers beside it one vector', () =>
  withFile('flowers.csv', FLOWERS, async (path) => {
    const { inputs, train, test: tested } = await opened(path, { targets: [{ from: 'species' }] });
    assert.deepEqual(inputs, [{ name: 'features', shape: [2] }]);
    assert.deepEqual([train.count, tested.count], [5, 1]);
    const [target] = train.targets;
    assert.ok(target?.kind === 'classes');
    assert.deepEqual(target.classNames, ['lily, white', 'rose', 'tulip']);
    const answers = await answersOf(train);
    (await rowsOf(train)).forEach(([length = 0, width], i) => {
      assert.equal(width, 10 * length);
      assert.equal(answers[i], [1, 0, 1, 2, 1, 2][length - 1]);
    });
  }));

test('a target is found by its usual names, by number and from the end; inputs are those asked for', () =>
  withFile('flowers.csv', FLOWERS.replace('species', 'label'), async (path) => {
    assert.equal((await opened(path)).train.targets[0]?.name, 'label');
    assert.equal((await opened(path, { targets: [{ from: -1 }] })).train.targets[0]?.name, 'label');
    const { inputs, train } = await opened(path, { targets: [{ from: 0 }], inputs: [{ from: ['width'] }] });
    assert.deepEqual(inputs, [{ name: 'features', shape: [1] }]);
    assert.equal(train.targets[0]?.name, 'length');
  }));

test('without names the columns are numbers, and names are told from numbers', async () => {
  const headless = '1,2,0\n3,4,1\n5,6,0\n7,8,1\n9,10,1\n11,12,0\n';
  await withFile('a.csv', headless, async (path) => {
    const { train, test: tested } = await opened(path, { targets: [{ from: 2 }] });
    assert.equal(train.count + tested.count, 6);
    assert.equal(
      (await opened(path, { targets: [{ from: 2 }], header: true }).catch(String)).toString().includes('3,4'),
      false,
    );
  });
  await withFile('b.csv', `0,1,label\n${headless}`, async (path) => {
    const { train, test: tested } = await opened(path);
    assert.equal(train.count + tested.count, 6);
  });
});

test('semicolons, tabs, a byte order mark, empty lines, Windows line ends and gzip are read', async () => {
  const expected = await withFile('a.csv', FLOWERS, async (path) =>
    rowsOf((await opened(path, { targets: [{ from: 'species' }] })).test),
  );
  for (const content of [
    FLOWERS.replaceAll(/,(?! white)/g, ';'),
    FLOWERS.replaceAll(/,(?! white)/g, '\t'),
    `\ufeff${FLOWERS.replaceAll('\n', '\r\n')}\r\n\r\n`,
    gzipSync(FLOWERS),
  ]) {
    await withFile('a.csv', content, async (path) => {
      assert.deepEqual(await rowsOf((await opened(path, { targets: [{ from: 'species' }] })).test), expected);
    });
  }
});

test('train and test files of a folder are its parts', () =>
  inFolder(async (folder) => {
    await writeFiles(folder, {
      'train.csv': Buffer.from('x,y\n1,0.5\n2,1.5\n'),
      'test.csv': Buffer.from('x,y\n3,2.5\n'),
      'readme.md': Buffer.from('a,b\nc,d\n'),
    });
    const { train, test: tested } = await opened(folder);
    assert.deepEqual(await rowsOf(train), [[1], [2]]);
    assert.deepEqual(await answersOf(tested), [[2.5]]);
    await writeFiles(folder, { 'test.csv': Buffer.from('x,z\n3,2.5\n') });
    assert.match(await refusal(opened(folder)), /test\.csv has no column "y"/);
  }));

test('what a table lacks or mixes is said with its column and row', async () => {
  const target = { targets: [{ from: 'species' }] };
  assert.match(await refused('a.csv', FLOWERS), /which column is the target.*length, width, species/);
  const ports = { inputs: [['x']], outputs: [['y']], sizes: [2] };
  assert.match(await refused('a.csv', FLOWERS, { ports }), /--target species, if it is the last column, as the model/);
  assert.match(
    await refused('a.csv', FLOWERS, { targets: [{ from: 'price' }] }),
    /no column "price"\. Its columns: length/,
  );
  assert.match(await refused('a.csv', FLOWERS.replace('3,30', '3,'), target), /"width" has no number in row 3/);
  assert.match(
    await refused('a.csv', FLOWERS.replace('3,30', '3,wide'), target),
    /"width" holds a text, the rows before a number \(row 3\)/,
  );
  assert.match(
    await refused('a.csv', FLOWERS.replace('4,40,', '4,40,1,'), target),
    /can't be read as CSV.*[Ii]nvalid [Rr]ecord/,
  );
  assert.match(
    await refused('a.csv', FLOWERS, { targets: [{ from: 'length' }] }),
    /"species" holds text \("rose", "lily, white", …\)/,
  );
  assert.match(await refused('a.csv', FLOWERS.replace('width', 'length'), target), /two columns named "length"/);
  assert.match(await refused('a.csv', FLOWERS.replace('4,40,tulip', '4,40,'), target), /"species" is empty in row 4/);
});

const SENTENCES = [
  { words: [5, 6], tone: 'good', weight: 0.5 },
  { words: [7], tone: 'bad', weight: 1.5 },
  { words: [8, 9, 10], tone: 'good', weight: 2.5 },
]
  .map((row) => JSON.stringify(row))
  .join('\n');

test('lists of different lengths are brought to one, padded or cut on the side asked for', () =>
  withFile('a.jsonl', SENTENCES, async (path) => {
    const options = { targets: [{ from: 'tone' }], inputs: [{ from: 'words' }], test: 0 };
    assert.match(await refusal(opened(path, options)), /"words" have from 1 to 3 numbers.*--sequence 3/);
    const ports = { inputs: [['ids']], sizes: [7] };
    assert.match(await refusal(opened(path, { ...options, ports })), /--sequence 7 .*as the model takes that many/);
    const sorted = async (padding: 'before' | 'after') => {
      const { train, notes } = await opened(path, { ...options, sequence: { length: 2, padding } }).catch((error) => {
        throw error;
      });
      assert.match(notes.join(), /1 of 3 lists of "words" are longer than 2/);
      return (await rowsOf(train)).sort(([a = 0], [b = 0]) => a - b);
    };
    assert.deepEqual(await sorted('before'), [
      [0, 7],
      [5, 6],
      [9, 10],
    ]);
    assert.deepEqual(await sorted('after'), [
      [5, 6],
      [7, 0],
      [8, 9],
    ]);
  }));

test('lists of one length are vectors, lists of lists have more axes', () =>
  withFile('a.jsonl', '{"x":[[1,2],[3,4]],"v":[1,2],"y":0}\n{"x":[[5,6],[7,8]],"v":[3,4],"y":1}\n', async (path) => {
    const { inputs } = await opened(path);
    assert.deepEqual(inputs, [
      { name: 'x', shape: [2, 2] },
      { name: 'v', shape: [2] },
    ]);
  }));

test('a line of JSON that is wrong is named', async () => {
  const options = { targets: [{ from: 'y' }] };
  assert.match(await refused('a.jsonl', '{"x":1,"y":0}\n{"x":1,\n', options), /a\.jsonl, line 2: not valid JSON/);
  assert.match(await refused('a.json', '{\n  "x": 1\n}\n', options), /a\.json is one JSON document over many lines/);
  assert.match(await refused('a.jsonl', '{"x":1,"y":0}\n[1]\n', options), /line 2: wanted an object/);
  assert.match(await refused('a.jsonl', '{"x":{"a":1},"y":0}\n', options), /line 1: the field "x" is an object/);
  assert.match(
    await refused('a.jsonl', '{"x":[1,"a"],"y":0}\n', options),
    /"x" has a list with something in it that is no number \(row 1\)/,
  );
  assert.match(
    await refused('a.jsonl', '{"__proto__":1,"y":0}\n{"y":1}\n', options),
    /"__proto__" has no number in row 2/,
  );
});

test('Parquet: packed pictures and their labels', () =>
  withFile('set.parquet', Buffer.from(PICTURES, 'base64'), async (path) => {
    const { inputs, train } = await opened(path, { test: 0.25 });
    assert.deepEqual(inputs, [{ name: 'image', shape: [2, 2, 3] }]);
    const answers = await answersOf(train);
    (await rowsOf(train)).forEach((pixels, i) => {
      const row = (pixels[0] as number) / 10;
      assert.deepEqual(pixels.slice(0, 3), [10 * row, 10, 20]);
      assert.equal(answers[i], [0, 1, 1, 0][row]);
    });
    const grey = await opened(path, { image: { colour: 'grey', size: [4, 4] } });
    assert.deepEqual(grey.inputs[0]?.shape, [4, 4, 1]);
  }));

test('Parquet: numbers, lists and text; several files are one part', () =>
  inFolder(async (folder) => {
    const file = Buffer.from(NUMBERS, 'base64');
    await writeFiles(folder, { 'train-00000.parquet': file, 'train-00001.parquet': file, 'test.parquet': file });
    const options = { targets: [{ from: 'species' }] };
    const { inputs, train, test: tested } = await opened(folder, options);
    assert.deepEqual(inputs, [
      { name: 'v', shape: [2] },
      { name: 'features', shape: [1] },
    ]);
    assert.deepEqual([train.count, tested.count], [8, 4]);
    const species = await answersOf(train);
    (await rowsOf(train, 0)).forEach(([first = 0, second], i) => {
      assert.equal(second, first + 1);
      assert.equal(species[i], [0, 1, 1, 0][(first - 1) / 2]);
    });
    assert.deepEqual(await rowsOf(tested, 1), [[0.5], [1.5], [2.5], [3.5]]);
    assert.deepEqual(await answersOf(tested), [0, 1, 1, 0]);
  }));

test("Parquet: pandas' index is no column, and it is said", () =>
  withFile('shuffled.parquet', Buffer.from(INDEXED, 'base64'), async (path) => {
    const { inputs, notes } = await opened(path);
    assert.deepEqual(inputs, [{ name: 'features', shape: [1] }]);
    assert.deepEqual(notes, [
      '"__index_level_0__" of shuffled.parquet is what pandas numbered the rows by: it is left out',
    ]);
  }));

test('Parquet: millions of equal rows, which take no bytes, are too many', () =>
  withFile('equal.parquet', inflateSync(Buffer.from(MANY, 'base64')), async (path) => {
    await assert.rejects(opened(path), /equal.parquet holds 16,777,217 rows, .*; up to 16,777,216 /);
  }));

test('no damage to a Parquet file does anything but a sentence', async () => {
  const whole = Buffer.from(NUMBERS, 'base64');
  await inFolder(async (folder) => {
    const path = join(folder, 'a.parquet');
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 4, max: whole.length - 1 }),
        fc.nat(255),
        fc.boolean(),
        async (at, byte, cut) => {
          await writeFile(path, cut ? whole.subarray(0, at) : Buffer.from(whole).fill(byte, at, at + 1));
          const options = { targets: [{ from: 'species' }] };
          await opened(path, options).catch((error: unknown) => assert.ok(error instanceof UserError, String(error)));
        },
      ),
      { numRuns: 150, seed: 1 },
    );
  });
});

test('no damage to a text does anything but a sentence', async () => {
  const texts = { 'a.csv': Buffer.from(FLOWERS), 'a.jsonl': Buffer.from(SENTENCES) };
  await inFolder(async (folder) => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom('a.csv', 'a.jsonl'),
        fc.nat(70),
        fc.uint8Array({ minLength: 1, maxLength: 4 }),
        async (name, at, bytes) => {
          const whole = texts[name];
          const path = join(folder, name);
          await writeFile(path, Buffer.concat([whole.subarray(0, at), bytes, whole.subarray(at + bytes.length)]));
          const targets = [name === 'a.csv' ? 'species' : 'tone'];
          await opened(path, { targets, sequence: { length: 3, padding: 'before' } }).catch((error: unknown) =>
            assert.ok(error instanceof UserError, String(error)),
          );
        },
      ),
      { numRuns: 200, seed: 1 },
    );
  });
});

test('row numbers that a program wrote before the rows are left out, and it is said; a named or repeated column stays', () =>
  inFolder(async (folder) => {
    const read = async (text: string) => {
      await writeFile(join(folder, 'rows.csv'), text);
      const { inputs, notes } = await opened(join(folder, 'rows.csv'));
      return [inputs.map(({ shape }) => shape.join()).join(), notes.length];
    };
    const rows = (head: string, first: readonly number[]) =>
      [head, ...first.map((own, i) => `${own},${i / 7},${i / 3},${i % 2 ? 'a' : 'b'}`)].join('\n');
    assert.deepEqual(await read(rows(',x,z,label', [7, 3, 4, 9, 1, 0])), ['2', 1]);
    assert.deepEqual(await read(rows('id,x,z,label', [7, 3, 4, 9, 1, 0])), ['3', 0]);
    assert.deepEqual(await read(rows(',x,z,label', [7, 3, 4, 7, 1, 0])), ['3', 0]);
    assert.deepEqual(await read(rows(',x,z,label', [7.5, 3, 4, 9, 1, 0])), ['3', 0]);
  }));

test('columns that are named like the inputs of a model go into those, each by itself, and others are left out', () =>
  withFile('heart.csv', 'age,sex,kind,target\n50,1,a,1\n61,0,b,0\n43,1,a,0\n', async (path) => {
    const ports = { inputs: [['age', 'age:input'], ['sex']] };
    const { inputs, notes } = await opened(path, { ports });
    assert.deepEqual(inputs, [
      { name: 'age', shape: [] },
      { name: 'sex', shape: [] },
    ]);
    assert.deepEqual(notes, ['not fed, as the model has no input for it: "kind"']);
    const asked = await opened(path, { ports, inputs: ['sex', 'age'] });
    assert.deepEqual(
      asked.inputs.map(({ name }) => name),
      ['age', 'sex'],
    );
    const one = await opened(path, { ports: { inputs: [['input']] }, inputs: ['age', 'sex'] });
    assert.deepEqual(one.inputs, [{ name: 'features', shape: [2] }]);
  }));
