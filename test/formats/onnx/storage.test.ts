// One model in every way that ONNX stores tensors: raw, typed, in a file beside it, in half and double precision.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fromFloat32 } from '../../../src/formats/onnx/from-float32';
import {
  AttributeField,
  EntryField,
  GraphField,
  ModelField,
  NodeField,
  TensorField,
} from '../../../src/formats/onnx/messages';
import { scanModel } from '../../../src/formats/onnx/scan';
import { dataTypeOf } from '../../../src/formats/onnx/stored-tensor';
import { BYTES, encode, isRange, Message, VARINT } from '../../../src/formats/onnx/wire';
import { openModel } from '../../../src/formats/open';
import type { ElementType } from '../../../src/model/tensor';
import { costOf } from '../../../src/ops/cost';
import { analyseChannels } from '../../../src/pruning/channels';
import { cut } from '../../../src/pruning/cut';
import { outputFor } from '../../run';
import { assertClose, drawn } from '../../tensors';
import { weakestChannels } from './weakest';

const folder = mkdtempSync(join(tmpdir(), 'neuron-pruner-storage-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const ORIGINAL = 'test/fixtures/onnx/residual-script.onnx';
const SAMPLES = drawn([2, 3, 8, 8], 'samples');

const bytes = readFileSync(ORIGINAL);
const rawBytes = (tensor: Message): Uint8Array => {
  const payload = tensor.field(TensorField.rawData)?.payload;
  if (payload instanceof Uint8Array) return payload;
  assert.ok(payload !== undefined && isRange(payload));
  return bytes.subarray(payload.offset, payload.offset + payload.length);
};

/** The model with its float32 tensors stored in another way, in a file of its own. */
function stored(name: string, store: (tensor: Message) => Message): string {
  const model = scanModel(ORIGINAL);
  const graph = model.message(ModelField.graph) as Message;
  const isFloat = (tensor: Message): boolean => tensor.integer(TensorField.dataType) === 1;
  const tensors = graph.messages(GraphField.initializer).map((tensor) => (isFloat(tensor) ? store(tensor) : tensor));
  const changed = model.with(ModelField.graph, BYTES, [graph.with(GraphField.initializer, BYTES, tensors)]);
  mkdirSync(join(folder, name), { recursive: true });
  const path = join(folder, name, 'model.onnx');
  writeFileSync(path, encoded(changed));
  return path;
}

function encoded(message: Message): Buffer {
  return Buffer.concat(
    [...encode(message)].map((chunk) => {
      assert.ok(chunk instanceof Uint8Array || isRange(chunk));
      return chunk instanceof Uint8Array ? chunk : bytes.subarray(chunk.offset, chunk.offset + chunk.length);
    }),
  );
}

const typed = (tensor: Message): Message =>
  new Message(tensor.fields.filter(({ number }) => number !== TensorField.rawData)).with(TensorField.floatData, BYTES, [
    rawBytes(tensor),
  ]);

function converted(tensor: Message, type: ElementType): Message {
  const values = new Float32Array(Uint8Array.from(rawBytes(tensor)).buffer);
  return tensor
    .with(TensorField.dataType, VARINT, [BigInt(dataTypeOf(type))])
    .with(TensorField.rawData, BYTES, [fromFloat32(values, type)]);
}

/** Everything in one file beside the model, every tensor on a boundary of 64 bytes. @param other the file's name for all but the first. */
function external(name: string, first: string, other = first, from?: string): string {
  const chunks: Uint8Array[] = [];
  let end = 0;
  const path = stored(name, (tensor) => {
    const data = rawBytes(tensor);
    const location = chunks.length === 0 ? first : other;
    const entries = Object.entries({ location, offset: from ?? String(end), length: String(data.length) }).map(
      ([key, value]) => new Message([]).withText(EntryField.key, key).withText(EntryField.value, value),
    );
    chunks.push(data, new Uint8Array((64 - (data.length % 64)) % 64));
    end += Math.ceil(data.length / 64) * 64;
    return new Message(tensor.fields.filter(({ number }) => number !== TensorField.rawData))
      .with(TensorField.externalData, BYTES, entries)
      .with(TensorField.dataLocation, VARINT, [1n]);
  });
  writeFileSync(join(folder, name, 'weights.bin'), Buffer.concat(chunks));
  return path;
}

const WAYS: readonly (readonly [string, () => string, number])[] = [
  ['as lists of floats', () => stored('typed', typed), 1e-6],
  ['in a file beside it', () => external('external', 'weights.bin'), 1e-6],
  ['in half precision', () => stored('half', (tensor) => converted(tensor, 'float16')), 2e-3],
  ['as bfloat16', () => stored('brain', (tensor) => converted(tensor, 'bfloat16')), 2e-2],
  ['in double precision', () => stored('double', (tensor) => converted(tensor, 'float64')), 1e-6],
];

for (const [way, make, tolerance] of WAYS) {
  test(`a model whose weights are stored ${way} is read, cut and written in that way`, async () => {
    const expected = await openModel(ORIGINAL);
    const path = make();
    const model = await openModel(path);
    const output = await outputFor(expected.graph, SAMPLES);
    assertClose(await outputFor(model.graph, SAMPLES), output, tolerance, 'read');
    const channels = analyseChannels(model.graph);
    const graph = cut(model.graph, channels, await weakestChannels(model, channels, 0.3));
    const written = await model.container.write({ ...model, graph }, join(folder, way));
    const again = await openModel(written);
    assert.ok(costOf(again).parameters < costOf(model).parameters);
    assertClose(await outputFor(again.graph, SAMPLES), await outputFor(graph, SAMPLES), 1e-6, 'written');
    assert.deepEqual(
      [...again.graph.weights.values()].map(({ storage }) => storage.type),
      [...graph.weights.values()].map(({ storage }) => storage.type),
    );
  });
}

test('a file of weights shrinks with them, and keeps its alignment', async () => {
  const model = await openModel(external('shrinking', 'weights.bin'));
  const channels = analyseChannels(model.graph);
  const graph = cut(model.graph, channels, await weakestChannels(model, channels, 0.5));
  const written = await model.container.write({ ...model, graph }, join(folder, 'shrunk'));
  const size = statSync(join(folder, 'shrunk', 'weights.bin')).size;
  assert.ok(size < 0.5 * statSync(join(folder, 'shrinking', 'weights.bin')).size, `${size} bytes`);
  const offsets = scanModel(written)
    .message(ModelField.graph)
    ?.messages(GraphField.initializer)
    .flatMap((tensor) => tensor.messages(TensorField.externalData))
    .filter((entry) => entry.text(EntryField.key) === 'offset')
    .map((entry) => Number(entry.text(EntryField.value)));
  assert.ok(offsets && offsets.length > 5 && offsets.every((offset) => offset % 64 === 0));
});

const REFUSED: readonly (readonly [string, () => string, RegExp])[] = [
  ['a path that leads upwards', () => external('upwards', '../weights.bin'), /leaves the model's folder/],
  ['an absolute path', () => external('absolute', '/etc/passwd'), /leaves the model's folder/],
  ['a file that is not there', () => external('missing', 'other.bin'), /is missing/],
  [
    'a link that leads elsewhere',
    () => {
      const path = external('linked', 'link.bin');
      symlinkSync(
        ORIGINAL.startsWith('/') ? ORIGINAL : join(process.cwd(), ORIGINAL),
        join(folder, 'linked', 'link.bin'),
      );
      return path;
    },
    /leaves the model's folder/,
  ],
  [
    'an offset that is none',
    () => external('negative', 'weights.bin', 'weights.bin', '-64'),
    /no \d+ bytes from -64 on/,
  ],
  ['a file named in two ways', () => external('two-names', 'weights.bin', './weights.bin'), /are one file/],
  [
    'a file that was cut short',
    () => {
      const path = external('short', 'weights.bin');
      writeFileSync(join(folder, 'short', 'weights.bin'), new Uint8Array(100));
      return path;
    },
    /cut short/,
  ],
];

for (const [what, make, message] of REFUSED) {
  test(`weights in another file: ${what} is one clear error`, async () => {
    await assert.rejects(
      openModel(make()),
      (error: Error) => error.name === 'UserError' && message.test(error.message),
    );
  });
}

test('a tensor that holds fewer elements than its shape says is refused before anything is allocated', async () => {
  const path = stored('huge', (tensor) => tensor.withIntegers(TensorField.dims, [1_000_000, 1_000_000]));
  await assert.rejects(openModel(path), /wants 4,000,000,000,000 bytes.*the file holds/);
});

test('a file cut short anywhere is refused in one sentence', async () => {
  const path = join(folder, 'truncated.onnx');
  for (let length = 3; length < bytes.length; length += 397) {
    writeFileSync(path, bytes.subarray(0, length));
    await assert.rejects(openModel(path), (error: Error) => error.name === 'UserError', `${length} bytes`);
  }
});

test('graphs within graphs without end are refused', async () => {
  let graph = new Message([]).withText(GraphField.name, 'inner');
  for (let depth = 0; depth < 500; depth++) {
    const attribute = new Message([]).withText(AttributeField.name, 'body').with(AttributeField.graph, BYTES, [graph]);
    const node = new Message([]).withText(NodeField.opType, 'Loop').with(NodeField.attribute, BYTES, [attribute]);
    graph = new Message([]).with(GraphField.node, BYTES, [node]);
  }
  const path = join(folder, 'deep.onnx');
  writeFileSync(
    path,
    encoded(new Message([]).with(ModelField.irVersion, VARINT, [8n]).with(ModelField.graph, BYTES, [graph])),
  );
  await assert.rejects(openModel(path), /nest more than/);
});

test('nodes that read each other in a circle are refused', async () => {
  const node = (input: string, output: string): Message =>
    new Message([])
      .withText(NodeField.input, input)
      .withText(NodeField.output, output)
      .withText(NodeField.opType, 'Relu');
  const graph = new Message([]).with(GraphField.node, BYTES, [node('a', 'b'), node('b', 'a')]);
  const opset = new Message([]).with(2, VARINT, [17n]);
  const path = join(folder, 'circle.onnx');
  const model = new Message([]).with(ModelField.irVersion, VARINT, [8n]).with(ModelField.graph, BYTES, [graph]);
  writeFileSync(path, encoded(model.with(ModelField.opset, BYTES, [opset])));
  await assert.rejects(openModel(path), /in a circle/);
});

/** The dense tensor as a sparse one, by one index for each element or by one for each axis. */
function sparse(tensor: Message, byAxis: boolean, indices?: (own: bigint[]) => bigint[]): Message {
  const dims = tensor.integers(TensorField.dims);
  const values = new Float32Array(rawBytes(tensor).slice().buffer);
  const places = [...values.keys()].filter((place) => values[place] !== 0);
  const axes = (place: number): bigint[] => {
    let rest = place;
    return dims
      .toReversed()
      .map((size) => {
        const own = BigInt(rest % size);
        rest = Math.floor(rest / size);
        return own;
      })
      .reverse();
  };
  const flat = places.flatMap((place) => (byAxis ? axes(place) : [BigInt(place)]));
  const made = BigInt64Array.from(indices ? indices(flat) : flat);
  const kept = Float32Array.from(places, (place) => values[place] as number);
  const list = (array: Float32Array | BigInt64Array, shape: readonly number[], type: ElementType): Message =>
    new Message([])
      .with(TensorField.dims, VARINT, shape.map(BigInt))
      .with(TensorField.dataType, VARINT, [BigInt(dataTypeOf(type))])
      .with(TensorField.rawData, BYTES, [Buffer.from(array.buffer)]);
  return new Message([])
    .with(1, BYTES, [list(kept, [places.length], 'float32').withText(TensorField.name, tensor.text(TensorField.name))])
    .with(2, BYTES, [list(made, byAxis ? [places.length, dims.length] : [places.length], 'int64')])
    .with(3, VARINT, dims.map(BigInt));
}

/** The model with its kernels stored as sparse tensors. */
function sparselyStored(name: string, store: (tensor: Message) => Message): string {
  const model = scanModel(ORIGINAL);
  const graph = model.message(ModelField.graph) as Message;
  const tensors = graph.messages(GraphField.initializer);
  const isKernel = (tensor: Message): boolean => tensor.integers(TensorField.dims).length === 4;
  const changed = graph
    .with(
      GraphField.initializer,
      BYTES,
      tensors.filter((tensor) => !isKernel(tensor)),
    )
    .with(GraphField.sparseInitializer, BYTES, tensors.filter(isKernel).map(store));
  mkdirSync(join(folder, name), { recursive: true });
  const path = join(folder, name, 'model.onnx');
  writeFileSync(path, encoded(model.with(ModelField.graph, BYTES, [changed])));
  return path;
}

for (const byAxis of [false, true]) {
  test(`sparse initializers are read, given back and cut, with an index for ${byAxis ? 'each axis' : 'the whole'}`, async () => {
    const path = sparselyStored(`sparse-${byAxis}`, (tensor) => sparse(tensor, byAxis));
    const [model, original] = [await openModel(path), await openModel(ORIGINAL)];
    const expected = await outputFor(original.graph, SAMPLES);
    assertClose(await outputFor(model.graph, SAMPLES), expected, 1e-6, 'read');
    const same = await model.container.write(model, join(folder, `sparse-${byAxis}-same`));
    assert.ok(readFileSync(same).equals(readFileSync(path)));
    const channels = analyseChannels(model.graph);
    const smaller = { ...model, graph: cut(model.graph, channels, await weakestChannels(model, channels, 0.3)) };
    const again = await openModel(await smaller.container.write(smaller, join(folder, `sparse-${byAxis}-cut`)));
    assertClose(
      await outputFor(again.graph, SAMPLES),
      await outputFor(smaller.graph, SAMPLES),
      1e-6,
      'written and read again',
    );
  });
}

test('a sparse tensor whose indices lie outside, repeat, or do not match its values is refused', async () => {
  const broken: readonly (readonly [string, (own: bigint[]) => bigint[], RegExp])[] = [
    ['outside', (own) => own.with(-1, 10n ** 9n), /do not ascend within/],
    ['negative', (own) => own.with(0, -1n), /do not ascend within/],
    ['twice', (own) => own.with(1, own[0] as bigint), /do not ascend within/],
    ['fewer', (own) => own.slice(1), /wants .* bytes|values and indices/],
  ];
  for (const [name, change, message] of broken) {
    await assert.rejects(async () => {
      const model = await openModel(sparselyStored(`sparse-${name}`, (tensor) => sparse(tensor, false, change)));
      await outputFor(model.graph, SAMPLES);
    }, message);
  }
  const crosswise = (tensor: Message): Message => {
    const whole = sparse(tensor, true);
    const indices = whole.message(2) as Message;
    const turned = indices.with(TensorField.dims, VARINT, indices.integers(TensorField.dims).reverse().map(BigInt));
    return whole.with(2, BYTES, [turned]);
  };
  await assert.rejects(openModel(sparselyStored('sparse-crosswise', crosswise)), /values and indices/);
  const huge = (tensor: Message): Message => sparse(tensor, false).with(3, VARINT, [2n ** 20n, 2n ** 20n]);
  await assert.rejects(openModel(sparselyStored('sparse-huge', huge)), /would become .* bytes/);
});
