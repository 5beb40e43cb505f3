// Weights in fewer bits: what is written opens in TensorFlow.js and onnxruntime, computes what was tested, and can be cut.
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { openModel } from '../../src/formats/open';
import { PRECISIONS, quantized } from '../../src/model/quantize';
import { float32, type Tensor } from '../../src/model/tensor';
import { float32Weight, weightValues } from '../../src/model/weight';
import { costOf } from '../../src/ops/cost';
import { analyseChannels } from '../../src/pruning/channels';
import { cut } from '../../src/pruning/cut';
import { mask } from '../../src/pruning/mask';
import { makeRecipe, type Recipe } from '../../src/session/recipe';
import { checkFormat, quantizedModel, unpackedNote } from '../../src/session/stages/quantize';
import { openWithTensorflow, ourModel, predict, randomise } from '../layers-model';
import { runFile } from '../onnx-file';
import { outputFor } from '../run';
import { tf } from '../tensorflow';
import { assertClose, drawn } from '../tensors';
import { weakestChannels } from './onnx/weakest';
import { writeTfjs } from './tfjs-folder';

const folder = mkdtempSync(join(tmpdir(), 'neuron-pruner-quantize-'));
after(() => rmSync(folder, { recursive: true, force: true }));

test('uint8 is off by half a step at most, with a scale for all or for each channel; zero stays zero', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.float({ noNaN: true, min: -8, max: 8 }), { minLength: 6, maxLength: 6 }),
      fc.constantFrom(undefined, 0, 1),
      async (numbers, axis) => {
        const values = Float32Array.from([...numbers, 0, 0, 0, 0, 0, 0]);
        const weight = float32Weight('w', [4, 3], values);
        const stored = await quantized(weight, 'uint8', axis);
        assert.equal(stored.storage.type, 'uint8');
        const back = await weightValues(stored);
        back.forEach((value, i) => {
          if (values[i] === 0) assert.equal(Math.abs(value), 0);
          const own = axis === undefined ? [...values] : channelOf(values, axis, i);
          const step = (Math.max(0, ...own) - Math.min(0, ...own)) / 255;
          assert.ok(Math.abs(value - (values[i] as number)) <= 1.01 * step + 1e-7, `${value} for ${values[i]}`);
        });
      },
    ),
    { seed: 1 },
  );
});

/** Of a 4 × 3 weight, the values with the same place on the axis as element i. */
function channelOf(values: Float32Array, axis: number, i: number): number[] {
  const place = (n: number): number => (axis === 0 ? Math.floor(n / 3) : n % 3);
  return [...values].filter((_, n) => place(n) === place(i));
}

test('a channel of its own keeps small values apart from large ones', async () => {
  const weight = float32Weight('w', [2, 2], Float32Array.of(100, -100, 0.01, -0.02));
  const [whole, byChannel] = [await quantized(weight, 'uint8'), await quantized(weight, 'uint8', 0)];
  assert.equal((await weightValues(whole))[3], 0);
  assert.ok(Math.abs(((await weightValues(byChannel))[3] as number) + 0.02) < 1e-4);
});

for (const precision of PRECISIONS) {
  test(`TensorFlow.js opens a model with ${precision} weights, and computes with the values that were tested`, async () => {
    const network = randomise(
      tf.sequential({
        layers: [
          tf.layers.conv2d({ inputShape: [8, 8, 2], filters: 6, kernelSize: 3, activation: 'relu', name: 'conv' }),
          tf.layers.batchNormalization({ name: 'norm' }),
          tf.layers.flatten({ name: 'flatten' }),
          tf.layers.dense({ units: 5, name: 'dense' }),
        ],
      }),
      3,
    );
    const model = await openModel(await writeTfjs(network, join(folder, `tfjs-${precision}`)));
    const smaller = await quantizedModel(model, precision);
    assert.ok(costOf(smaller).bytes < 0.6 * costOf(model).bytes);
    const written = await smaller.container.write(smaller, join(folder, `tfjs-${precision}-written`));
    const samples = drawn([3, 8, 8, 2], 'samples');
    const first = float32([3, 2, 8, 8], channelsFirst(samples));
    const expected = await outputFor(smaller.graph, model.graph.inputs[0]?.shape[1] === 2 ? first : samples);
    assertClose(await predict(await openWithTensorflow(written), samples), expected, 1e-5, 'TensorFlow.js');
    const again = await openModel(written);
    assert.equal(costOf(again).bytes, costOf(smaller).bytes);
    const same = await again.container.write(again, join(folder, `tfjs-${precision}-again`));
    assert.equal(sizeOf(same), sizeOf(written), 'written again it is as small');
  });

  test(`onnxruntime opens a model with ${precision} weights, and computes with the values that were tested`, async () => {
    for (const name of ['residual-dynamo', 'norms-dynamo', 'unet-dynamo']) {
      const model = await openModel(`test/fixtures/onnx/${name}.onnx`);
      const smaller = await quantizedModel(model, precision);
      const written = await smaller.container.write(smaller, join(folder, `${name}-${precision}`));
      const [, ...shape] = (model.graph.inputs[0]?.shape ?? []).map((size) => (typeof size === 'number' ? size : 5));
      const samples = drawn([2, ...shape], name);
      const expected = await outputFor(smaller.graph, samples);
      assertClose(await runFile(written, samples), expected, 1e-4, name);
      const original = await outputFor(model.graph, samples);
      assertClose(expected, original, 0.2, `${name} as it was`);
    }
  });
}

test('an ONNX model with uint8 weights can still be cut: what is stored goes, and its scales', async () => {
  const model = await openModel('test/fixtures/onnx/residual-dynamo.onnx');
  const smaller = await quantizedModel(model, 'uint8');
  const stored = await openModel(await smaller.container.write(smaller, join(folder, 'to-cut')));
  const channels = analyseChannels(stored.graph);
  const removed = await weakestChannels(stored, channels, 0.3);
  assert.ok(removed.size > 0);
  const cutModel = { ...stored, graph: cut(stored.graph, channels, removed) };
  const samples = drawn([2, 3, 8, 8], 'samples');
  const expected = await outputFor(mask(stored.graph, channels, removed), samples);
  assertClose(await outputFor(cutModel.graph, samples), expected, 1e-5, 'cut');
  const written = await cutModel.container.write(cutModel, join(folder, 'cut'));
  assertClose(await runFile(written, samples), expected, 1e-4, 'written');
});

test("Keras' own files and old ONNX ones have no place for fewer bits, and say so", async () => {
  const model = await openModel('test/fixtures/onnx/residual-script.onnx');
  const { fewerBits, ...container } = model.container;
  assert.equal(fewerBits?.uint8, 'none', 'exported with operator set 9');
  assert.throws(() => checkFormat(model, 'uint8'), /want the ONNX operators of set 10 or later/);
  checkFormat(model, 'float16');
  const keras = { ...model, container: { ...container, format: 'keras' } as const };
  assert.throws(() => checkFormat(keras, 'float16'), /no place for weights in fewer bits.*Convert/);
});

function channelsFirst({ shape, data }: Tensor): Float32Array {
  const [batch = 1, height = 1, width = 1, channels = 1] = shape;
  const out = new Float32Array(data.length);
  for (let i = 0; i < data.length; i++) {
    const [c, x] = [i % channels, Math.floor(i / channels) % width];
    const [y, b] = [Math.floor(i / channels / width) % height, Math.floor(i / channels / width / height)];
    out[((b * channels + c) * height + y) * width + x] = Number(data[i]);
  }
  assert.ok(batch > 0);
  return out;
}

function sizeOf(path: string): number {
  const own = join(path, '..');
  return readdirSync(own).reduce((sum, name) => sum + statSync(join(own, name)).size, 0);
}

test('it is said that training unpacks the weights of a TF.js model, and how they are packed again', async () => {
  const model = await ourModel(tf.sequential({ layers: [tf.layers.dense({ units: 3, inputShape: [4] })] }));
  const recipe = (fields: object): Recipe =>
    makeRecipe({ model: 'model.json', data: { source: 'digits' }, ...fields }, '.', 'The test');
  assert.deepEqual(unpackedNote(recipe({}), model), []);
  const packed = await quantizedModel(model, 'uint8');
  assert.match(unpackedNote(recipe({}), packed).join(), /stored as uint8, .*: --quantize uint8 /);
  assert.deepEqual(unpackedNote(recipe({ quantize: 'float16' }), packed), []);
  assert.deepEqual(
    unpackedNote(recipe({ retrain: { epochs: 0 }, prune: { method: 'ratio', measure: 'l1' } }), packed),
    [],
  );
});
