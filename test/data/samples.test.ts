import assert from 'node:assert/strict';
import { test } from 'node:test';
import { byteColumn, numberColumn } from '../../src/data/column';
import { allOf, divide, type LabelledBytes, labelledBytes, splitOf } from '../../src/data/samples';
import { UserError } from '../../src/errors';
import { random } from '../../src/random';
import { labelsOf } from '../split';

/** Sample i is [i, 10·i], its label i. */
function samples(count: number): LabelledBytes {
  const values = Uint8Array.from({ length: 2 * count }, (_, i) => (i % 2 === 0 ? i / 2 : 5 * (i - 1)));
  return labelledBytes(
    [2],
    values,
    Int32Array.from({ length: count }, (_, i) => i),
    count,
  );
}

const unchanged = { scale: 1, mean: 0, deviation: 1 };

test('read writes the samples of the given indices one after the other', async () => {
  const split = splitOf({ samples: samples(5), indices: Uint32Array.of(4, 2, 0) }, [unchanged]);
  assert.equal(split.count, 3);
  assert.deepEqual([...labelsOf(split)], [4, 2, 0]);
  const out = new Float32Array(7).fill(-1);
  await split.read([2, 0, 0], [out]);
  assert.deepEqual([...out], [0, 0, 4, 40, 4, 40, -1]);
});

test('read normalises as (value × scale − mean) / deviation, for every byte', async () => {
  const every = labelledBytes(
    [256],
    Uint8Array.from({ length: 256 }, (_, i) => i),
    Int32Array.of(0),
    1,
  );
  const out = new Float32Array(256);
  await splitOf(allOf(every), [{ scale: 1 / 255, mean: 0.1307, deviation: 0.3081 }]).read([0], [out]);
  assert.deepEqual(
    out,
    Float32Array.from({ length: 256 }, (_, i) => (i / 255 - 0.1307) / 0.3081),
  );
});

test('read refuses an index outside the split and an out that is too small', async () => {
  const split = splitOf({ samples: samples(5), indices: Uint32Array.of(4, 2, 0) }, [unchanged]);
  await assert.rejects(split.read([3], [new Float32Array(2)]), /sample 3 of 3/);
  await assert.rejects(split.read([-1], [new Float32Array(2)]), /sample -1 of 3/);
  await assert.rejects(split.read([0, 1], [new Float32Array(3)]), /want 4 floats, out holds 3/);
});

test('a normalization that gives no numbers is refused', () => {
  for (const part of [{ deviation: 0 }, { mean: Number.NaN }, { scale: Number.POSITIVE_INFINITY }]) {
    assert.throws(() => splitOf(allOf(samples(1)), [{ ...unchanged, ...part }]), UserError);
  }
});

test('divide gives two disjoint parts of exact sizes that make up the whole', () => {
  for (const share of [0, 0.1, 0.25, 0.999]) {
    const [stays, taken] = divide(allOf(samples(37)), share, random(1));
    assert.equal(taken.indices.length, Math.floor(37 * share));
    const all = [...stays.indices, ...taken.indices].toSorted((a, b) => a - b);
    assert.deepEqual(
      all,
      Array.from({ length: 37 }, (_, i) => i),
    );
  }
});

test('dividing a part again stays inside that part', () => {
  const [stays] = divide(allOf(samples(40)), 0.5, random(1));
  const [rest, taken] = divide(stays, 0.5, random(2));
  const inside = new Set(stays.indices);
  assert.ok([...rest.indices, ...taken.indices].every((i) => inside.has(i)));
});

test('a mean and a deviation of each channel reach that channel, in bytes and in numbers', async () => {
  const values = [0, 10, 20, 30, 40, 50];
  const normalization = { scale: 1, mean: [0, 10, 20], deviation: [1, 2, 10] };
  for (const column of [
    byteColumn('bytes', [2, 3], Uint8Array.from(values)),
    numberColumn('numbers', [2, 3], Float64Array.from(values)),
  ]) {
    const out = new Float32Array(6);
    await column.reader(normalization)([0], out);
    assert.deepEqual([...out], [0, 0, 0, 30, 15, 3], column.name);
    assert.throws(() => column.reader({ mean: [1, 2] }), /2 means, ".*" has 3 channels/);
  }
});

test('bytes are scaled by 1/255 and numbers left as they are where nobody says otherwise', async () => {
  const out = new Float32Array(1);
  await byteColumn('bytes', [1], Uint8Array.of(51)).reader({})([0], out);
  assert.equal(out[0], Math.fround(0.2));
  await numberColumn('numbers', [1], Float32Array.of(51)).reader({})([0], out);
  assert.equal(out[0], 51);
});
