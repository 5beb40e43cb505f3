// Large weights pass through memory in pieces: read, measured, cut and written without ever being there whole.
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { buildModel } from '../../src/architectures/index';
import { bytesInFiles } from '../../src/formats/files';
import { openModel } from '../../src/formats/open';
import { type Bytes, piecesOf } from '../../src/model/bytes';
import { gatherWeight } from '../../src/model/gather';
import type { Model } from '../../src/model/model';
import { BYTES_PER_ELEMENT, elementCount, strides } from '../../src/model/tensor';
import { nonFiniteWeights } from '../../src/model/values';
import { valuePieces, type Weight, weightValues } from '../../src/model/weight';
import { channelsToCut } from '../../src/pruning/channels';
import { cut } from '../../src/pruning/cut';
import { planWidths } from '../../src/pruning/plan-widths';
import { measureOf } from '../../src/pruning/relevance/index';
import { measureRelevance } from '../../src/pruning/relevance/score';
import { nonZeroCount } from '../../src/pruning/sparsify';
import { random } from '../../src/random';
import { inFolder } from '../data/folder';
import { engine } from '../run';

test('bytes across files come in pieces of whole rows that are, one after the other, the bytes', () =>
  inFolder(async (folder) => {
    const rows = 1001;
    const all = Uint8Array.from({ length: rows * 3000 }, (_, i) => (i * 7919) % 251);
    const cuts = [0, 17, 1_500_001, all.length];
    const ranges = cuts.slice(1).map((end, i) => {
      const start = cuts[i] ?? 0;
      return { path: join(folder, `part${i}`), offset: i, length: end - start };
    });
    for (const [i, { path, length }] of ranges.entries()) {
      await writeFile(path, Buffer.concat([Buffer.alloc(i), all.subarray(cuts[i], (cuts[i] ?? 0) + length)]));
    }
    const bytes = bytesInFiles(ranges, rows);
    assert.deepEqual(await bytes(), all);
    const pieces = await copies(bytes);
    assert.ok(pieces.length > 1);
    for (const piece of pieces) assert.equal(piece.length % 3000, 0);
    assert.deepEqual(Buffer.concat(pieces), Buffer.from(all));
  }));

test('a weight that comes in pieces is gathered as its definition says, on any axes', async () => {
  const source = random('pieces');
  for (let round = 0; round < 30; round++) {
    const shape = Array.from({ length: 1 + (source.bits() % 4) }, () => 1 + (source.bits() % 9));
    const values = Float32Array.from({ length: elementCount(shape) }, () => source.normal());
    const weight = rowByRow('w', shape, values, 1 + (source.bits() % 4));
    const kept = new Map<number, Uint32Array>();
    shape.forEach((size, axis) => {
      const own = Uint32Array.from({ length: size }, (_, i) => i).filter(() => source.next() < 0.6);
      if (own.length > 0 && source.next() < 0.7) kept.set(axis, own);
    });
    const result = gatherWeight(weight, kept);
    const expected = elementsOf(shape, values, kept);
    assert.deepEqual([...(await weightValues(result))], expected);
    const pieces: number[] = [];
    for await (const piece of valuePieces(result)) pieces.push(...piece);
    assert.deepEqual(pieces, expected);
  }
});

test('elements of every size are gathered, wherever their bytes begin', async () => {
  const shape = [4, 5, 3];
  const kept = new Map([
    [0, Uint32Array.of(3, 0)],
    [2, Uint32Array.of(0, 2)],
  ]);
  for (const type of ['int8', 'float16', 'float32', 'float64'] as const) {
    for (const offset of [0, 1, 2, 4]) {
      const size = BYTES_PER_ELEMENT[type];
      const all = Uint8Array.from({ length: elementCount(shape) * size + offset }, (_, i) => i % 251).subarray(offset);
      const weight: Weight = { name: 'w', shape, trainable: true, storage: { type }, bytes: async () => all };
      const places = [3, 0].flatMap((i) => [0, 1, 2, 3, 4].flatMap((j) => [0, 2].map((k) => (i * 5 + j) * 3 + k)));
      const expected = places.flatMap((place) => [...all.subarray(place * size, (place + 1) * size)]);
      assert.deepEqual([...(await gatherWeight(weight, kept).bytes())], expected, `${type} from byte ${offset}`);
    }
  }
});

test('two streams at a time do not write into each other', async () => {
  const [one, other] = [1, 2].map((value) => rowByRow('w', [40, 50], new Float32Array(2000).fill(value), 7));
  assert.ok(one && other);
  const kept = new Map([[1, Uint32Array.of(1, 3, 5)]]);
  const streams = [gatherWeight(one, kept), gatherWeight(other, kept)].map((weight) =>
    piecesOf(weight.bytes)[Symbol.asyncIterator](),
  );
  const pieces = await Promise.all(streams.map(async (stream) => (await stream.next()).value as Uint8Array));
  pieces.forEach((piece, i) => {
    const values = new Float32Array(piece.slice().buffer);
    assert.ok(values.every((value) => value === i + 1));
  });
  await Promise.all(streams.map((stream) => stream.return?.()));
});

for (const format of ['tfjs', 'h5', 'keras', 'onnx'] as const) {
  test(`a model is checked, scored, cut and written in ${format} without a weight in memory whole`, () =>
    inFolder(async (folder) => {
      const model = await opened(format, folder);
      const graph = { ...model.graph, weights: new Map([...model.graph.weights].map(neverWhole)) };
      const streamed = { ...model, graph };
      assert.deepEqual(await nonFiniteWeights(graph), await nonFiniteWeights(model.graph));
      assert.equal(await nonZeroCount(graph), await nonZeroCount(model.graph));
      const cutBy = async (of: Model): Promise<Model> => {
        const scores = await measureRelevance(measureOf('l1'), of, engine, undefined, { k: 2, seed: 1 });
        const widths = new Map(scores.map(({ layer, scores: own }) => [layer, Math.ceil(own.length / 2)]));
        const { removed } = planWidths(of, scores, widths);
        assert.ok(removed.size > 0);
        return { ...of, graph: cut(of.graph, channelsToCut(of.graph), removed) };
      };
      const whole = await openModel(await model.container.write(await cutBy(model), join(folder, 'whole')));
      const pieces = await openModel(await model.container.write(await cutBy(streamed), join(folder, 'pieces')));
      for (const [name, { bytes }] of whole.graph.weights) {
        const own = await pieces.graph.weights.get(name)?.bytes();
        assert.ok(own && Buffer.from(own).equals(await bytes()), name);
      }
    }));
}

const FIXTURES = {
  h5: 'test/fixtures/keras/shared.h5',
  keras: 'test/fixtures/keras/nested.keras',
  onnx: 'test/fixtures/onnx/flat-script.onnx',
} as const;

async function opened(format: 'tfjs' | keyof typeof FIXTURES, folder: string): Promise<Model> {
  if (format !== 'tfjs') return openModel(FIXTURES[format]);
  const made = buildModel('lenet5', { inputShape: [28, 28, 1], classes: 10, seed: 1 });
  return openModel(await made.container.write(made, join(folder, 'made')));
}

/** The weight as it is, but that its bytes can't be had at once. Vectors stay: they are small. */
function neverWhole([name, weight]: [string, Weight]): [string, Weight] {
  if (weight.shape.length < 2) return [name, weight];
  const bytes = Object.assign(() => Promise.reject(new Error(`${name} was read whole`)), {
    pieces: () => piecesOf(weight.bytes),
  });
  return [name, { ...weight, bytes }];
}

/** Each piece in the same memory as the one before, as pieces of files are. */
function rowByRow(name: string, shape: readonly number[], values: Float32Array, rows: number): Weight {
  const row = values.byteLength / (shape[0] ?? 1);
  const all = new Uint8Array(values.buffer);
  const bytes: Bytes = Object.assign(async () => all, {
    async *pieces() {
      const memory = new Uint8Array(rows * row);
      for (let start = 0; start < all.length; start += memory.length) {
        const part = all.subarray(start, start + memory.length);
        memory.set(part);
        yield memory.subarray(0, part.length);
      }
    },
  });
  return { name, shape, trainable: true, storage: { type: 'float32' }, bytes };
}

function elementsOf(shape: readonly number[], values: Float32Array, kept: ReadonlyMap<number, Uint32Array>): number[] {
  const steps = strides(shape);
  return [...values].filter((_, i) =>
    shape.every((size, axis) => kept.get(axis)?.includes(Math.floor(i / (steps[axis] ?? 1)) % size) ?? true),
  );
}

async function copies(bytes: Bytes): Promise<Uint8Array[]> {
  const result: Uint8Array[] = [];
  for await (const piece of piecesOf(bytes)) result.push(piece.slice());
  return result;
}
