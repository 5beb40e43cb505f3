// Every measure against the same counted in plain loops over the activations that TensorFlow.js computes.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UserError } from '../../src/errors';
import { BATCH } from '../../src/model/graph';
import type { Model } from '../../src/model/model';
import { float32, type Tensor } from '../../src/model/tensor';
import { float32Weight } from '../../src/model/weight';
import { GraphBuilder } from '../../src/ops/builder';
import { MEASURES, measureOf } from '../../src/pruning/relevance/index';
import { Stopped } from '../../src/pruning/relevance/progress';
import { type LayerRelevance, measureRelevance, type RelevanceOptions } from '../../src/pruning/relevance/score';
import { ourModel, randomise } from '../layers-model';
import { engine } from '../run';
import { splitOf } from '../split';
import { tf, toTf } from '../tensorflow';
import { assertClose, drawn } from '../tensors';

/** More than one batch of samples. */
const SAMPLES = 300;
const INPUT = drawn([SAMPLES, 5, 4, 2], 'samples');
const SPLIT = splitOf(INPUT);

/** Every step a layer of its own, so that all activations can be had. */
const network = randomise(
  tf.sequential({
    layers: [
      tf.layers.conv2d({ name: 'conv', inputShape: [5, 4, 2], filters: 5, kernelSize: 2 }),
      tf.layers.batchNormalization({ name: 'norm' }),
      tf.layers.reLU({ name: 'relu' }),
      tf.layers.flatten({ name: 'flatten' }),
      tf.layers.dense({ name: 'dense', units: 7, useBias: false }),
      tf.layers.activation({ name: 'bend', activation: 'relu' }),
      tf.layers.dense({ name: 'classes', units: 3, activation: 'softmax' }),
    ],
  }),
  3,
);
const model = await ourModel(network);

/** Before and after the activation function of each layer, [samples, ...positions, channels]. */
const SITES = { conv: { before: 'norm', after: 'relu' }, dense: { before: 'dense', after: 'bend' } } as const;
type LayerName = keyof typeof SITES;

function activations(layer: string, of: tf.LayersModel = network): { rows: number[][]; positions: number } {
  const inner = tf.model({ inputs: of.inputs, outputs: of.getLayer(layer).output });
  const output = inner.predict(toTf(INPUT)) as tf.Tensor;
  const channels = output.shape.at(-1) as number;
  const rows = output.reshape([-1, channels]).arraySync() as number[][];
  return { rows, positions: rows.length / SAMPLES };
}

const columns = (rows: readonly number[][]): number[][] =>
  (rows[0] ?? []).map((_, channel) => rows.map((row) => row[channel] as number));
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

/** How often each channel is the first largest of its unit of neighbours. */
function winsOf(rows: readonly number[][], neurons: number): number[] {
  const channels = rows[0]?.length ?? 0;
  const wins = new Array<number>(channels).fill(0);
  for (const row of rows) {
    for (let start = 0; start < channels; start += neurons) {
      const unit = row.slice(start, start + neurons);
      const winner = start + unit.indexOf(Math.max(...unit));
      wins[winner] = (wins[winner] as number) + 1;
    }
  }
  return wins;
}

function kernelOf(layer: LayerName): number[][] {
  const [kernel] = network.getLayer(layer).getWeights();
  const flat = (kernel as tf.Tensor).reshape([-1, kernel?.shape.at(-1) as number]);
  return flat.arraySync() as number[][];
}

const REFERENCES: Readonly<Record<string, (layer: LayerName) => number[]>> = {
  maxout: (layer) => winsOf(activations(SITES[layer].before).rows, 2),
  apoz: (layer) =>
    columns(activations(SITES[layer].after).rows).map((own) => own.filter((value) => value !== 0).length),
  'mean-activation': (layer) => columns(activations(SITES[layer].after).rows).map((own) => sum(own.map(Math.abs))),
  'activation-variance': (layer) =>
    columns(activations(SITES[layer].after).rows).map((own) => {
      const mean = sum(own) / own.length;
      return sum(own.map((value) => (value - mean) ** 2));
    }),
  l1: (layer) => columns(kernelOf(layer)).map((own) => sum(own.map(Math.abs))),
  l2: (layer) => columns(kernelOf(layer)).map((own) => Math.hypot(...own)),
  'geometric-median': (layer) => {
    const kernels = columns(kernelOf(layer));
    return kernels.map((own) =>
      sum(kernels.map((other) => Math.hypot(...own.map((value, i) => value - (other[i] ?? 0))))),
    );
  },
  lamp: (layer) => {
    const squares = columns(kernelOf(layer)).map((own) => sum(own.map((value) => value ** 2)));
    return squares.map((own) => own / sum(squares.filter((other) => other >= own)));
  },
};

async function scored(
  measure: string,
  options: Partial<RelevanceOptions> = {},
  of: Model = model,
): Promise<LayerRelevance[]> {
  return measureRelevance(measureOf(measure), of, engine, SPLIT, { k: 2, seed: 1, ...options });
}

function scoresOf(results: readonly LayerRelevance[], layer: string): LayerRelevance {
  const found = results.find((result) => result.layer === layer);
  assert.ok(found, layer);
  return found;
}

test('every measure has a reference here, or a test of its own', () => {
  const own = ['random', 'batch-norm-scale', 'taylor', 'hessian'];
  assert.deepEqual([...MEASURES.keys()].sort(), [...Object.keys(REFERENCES), ...own].sort());
});

for (const [measure, reference] of Object.entries(REFERENCES)) {
  test(`${measure} scores every channel as plain loops do`, async () => {
    const results = await scored(measure);
    assert.deepEqual(
      results.map(({ layer }) => layer),
      ['conv', 'dense'],
    );
    for (const layer of ['conv', 'dense'] as const) {
      const expected = reference(layer);
      const { scores } = scoresOf(results, layer);
      assert.ok(new Set(expected).size > 1);
      const tensor = (values: Iterable<number>): Tensor => float32([expected.length], Float32Array.from(values));
      assertClose(tensor(scores), tensor(expected), 1e-5, `${layer}: ${[...scores]}, by loops ${expected}`);
    }
  });
}

test('wins are whole numbers that add up to one a unit, sample and position, a short last unit included', async () => {
  for (const k of [2, 3, 4]) {
    const results = await scored('maxout', { k });
    for (const [layer, channels] of [
      ['conv', 5],
      ['dense', 7],
    ] as const) {
      const { scores, observations, neurons } = scoresOf(results, layer);
      const { rows, positions } = activations(SITES[layer].before);
      assert.equal(neurons, k);
      assert.equal(observations, SAMPLES * positions);
      assert.deepEqual([...scores], winsOf(rows, k));
      assert.equal(sum([...scores]), Math.ceil(channels / k) * observations);
    }
  }
});

test('a maxout behind a pooling counts the wins of what was pooled', async () => {
  const pooled = randomise(
    tf.sequential({
      layers: [
        tf.layers.conv2d({ name: 'conv', inputShape: [5, 4, 2], filters: 6, kernelSize: 2 }),
        tf.layers.averagePooling2d({ name: 'pool', poolSize: [2, 1], strides: [2, 1] }),
        tf.layers.reshape({ name: 'maxout_neurons', targetShape: [6, 6, 1] }),
        tf.layers.maxPooling2d({ name: 'maxout_maximum', poolSize: [1, 3], strides: [1, 3] }),
        tf.layers.reshape({ name: 'maxout_units', targetShape: [2, 3, 2] }),
        tf.layers.flatten({ name: 'flatten' }),
        tf.layers.dense({ name: 'classes', units: 2, activation: 'softmax' }),
      ],
    }),
    7,
  );
  const [result] = await scored('maxout', { k: 2 }, await ourModel(pooled));
  const { rows } = activations('pool', pooled);
  assert.deepEqual([...(result?.scores ?? [])], winsOf(rows, 3));
  assert.deepEqual([result?.maxout, result?.neurons, result?.observations], ['maxout', 3, rows.length]);
});

test('of neurons that are equal, the first one wins', async () => {
  const twins = tf.sequential({
    layers: [
      tf.layers.flatten({ name: 'flatten', inputShape: [5, 4, 2] }),
      tf.layers.dense({ name: 'dense', units: 4, kernelInitializer: 'ones' }),
      tf.layers.dense({ name: 'classes', units: 2, activation: 'softmax' }),
    ],
  });
  const [result] = await scored('maxout', { k: 4 }, await ourModel(twins));
  assert.deepEqual([...(result?.scores ?? [])], [SAMPLES, 0, 0, 0]);
});

test('an activation inside the layer is told from its pre-activation', async () => {
  const inline = tf.sequential({
    layers: [
      tf.layers.flatten({ name: 'flatten', inputShape: [5, 4, 2] }),
      tf.layers.dense({ name: 'dense', units: 6, activation: 'relu' }),
      tf.layers.dense({ name: 'classes', units: 2, activation: 'softmax' }),
    ],
  });
  const apart = tf.sequential({
    layers: [
      tf.layers.flatten({ name: 'flatten', inputShape: [5, 4, 2] }),
      tf.layers.dense({ name: 'dense', units: 6 }),
      tf.layers.activation({ name: 'relu', activation: 'relu' }),
      tf.layers.dense({ name: 'classes', units: 2, activation: 'softmax' }),
    ],
  });
  const models = await Promise.all([inline, apart].map((layers) => ourModel(randomise(layers, 5))));
  for (const measure of ['maxout', 'apoz', 'mean-activation']) {
    const [first, second] = await Promise.all(models.map(async (of) => (await scored(measure, {}, of))[0]));
    assert.deepEqual(first, second);
  }
});

test('random scores are fixed by the seed and differ from layer to layer', async () => {
  const [first, again, other] = await Promise.all([1, 1, 2].map((seed) => scored('random', { seed })));
  assert.deepEqual(again, first);
  assert.notDeepEqual(other, first);
  const [conv, dense] = (first ?? []).map(({ scores }) => [...scores]);
  assert.equal(conv?.length, 5);
  assert.notDeepEqual(conv, dense?.slice(0, 5));
});

test('only the layers asked for are scored', async () => {
  assert.deepEqual(
    (await scored('apoz', { layers: ['dense'] })).map(({ layer }) => layer),
    ['dense'],
  );
});

test('progress counts the samples up to the last, and a stop ends the pass', async () => {
  const seen: number[] = [];
  await scored('apoz', { onProgress: (done, of) => void seen.push(done, of) });
  assert.deepEqual(seen.slice(-2), [SAMPLES, SAMPLES]);
  assert.ok(seen.length > 2);
  await assert.rejects(scored('apoz', { stopped: () => true }), Stopped);
});

test('a measure that is not known, or has no data to work on, says so', async () => {
  assert.throws(
    () => measureOf('magic'),
    (error: unknown) =>
      error instanceof UserError && error.message.includes('"magic"') && error.message.includes('maxout'),
  );
  for (const measure of ['maxout', 'apoz', 'mean-activation']) {
    await assert.rejects(
      measureRelevance(measureOf(measure), model, engine, undefined, { k: 2, seed: 1 }),
      (error: unknown) => error instanceof UserError && error.message.includes(`"${measure}"`),
    );
  }
  for (const measure of ['l1', 'random']) {
    const results = await measureRelevance(measureOf(measure), model, engine, undefined, { k: 2, seed: 1 });
    assert.equal(results.length, 2);
  }
});

test('batch-norm-scale is the absolute gamma of the normalisation behind a layer; one without is not scored', async () => {
  const [gamma] = network.getLayer('norm').getWeights();
  const results = await scored('batch-norm-scale');
  assert.deepEqual(
    results.map(({ layer }) => layer),
    ['conv'],
  );
  const expected = [...((gamma as tf.Tensor).dataSync() as Float32Array)].map(Math.abs);
  assert.deepEqual([...scoresOf(results, 'conv').scores], expected);
  await assert.rejects(
    scored('batch-norm-scale', { layers: ['dense'] }),
    (error: unknown) => error instanceof UserError && error.message.includes('"dense"'),
  );
});

const ACTIVATION_MEASURES = ['maxout', 'mean-activation', 'apoz', 'activation-variance'];

test('channels are observed on the last axis of a Dense over positions as on a flat one', async () => {
  const input = { inputShape: [5, 4, 2], name: 'rows', targetShape: [20, 2] };
  const over = randomise(
    tf.sequential({
      layers: [
        tf.layers.reshape(input),
        tf.layers.dense({ name: 'dense', units: 6, activation: 'relu' }),
        tf.layers.flatten({ name: 'flatten' }),
        tf.layers.dense({ name: 'classes', units: 2, activation: 'softmax' }),
      ],
    }),
    11,
  );
  const { rows } = activations('dense', over);
  const expected: Readonly<Record<string, number[]>> = {
    'mean-activation': columns(rows).map(sum),
    apoz: columns(rows).map((own) => own.filter((value) => value !== 0).length),
  };
  const ours = await ourModel(over);
  for (const [measure, reference] of Object.entries(expected)) {
    const [result] = await scored(measure, {}, ours);
    assert.equal(result?.observations, SAMPLES * 20);
    const tensor = (values: Iterable<number>): Tensor => float32([6], Float32Array.from(values));
    assertClose(tensor(result?.scores ?? []), tensor(reference), 1e-5, measure);
  }
  const [wins] = await scored('maxout', { k: 4 }, ours);
  assert.deepEqual(
    [0, 4].map((unit) => sum([...(wins?.scores ?? [])].slice(unit, unit + 4))),
    [SAMPLES * 20, SAMPLES * 20],
  );
});

/** A graph of class scores around a Gemm of five neurons, whose outputs go through what `activate` adds. */
function around(activate: (builder: GraphBuilder, value: string) => string): Model {
  const builder = new GraphBuilder();
  const weight = (name: string, shape: number[]): string =>
    builder.addWeight(float32Weight(name, shape, drawn(shape, name).data as Float32Array));
  builder.layer = 'flatten';
  const image = builder.addInput({ name: 'input', type: 'float32', shape: [BATCH, 5, 4, 2] });
  const flat = builder.op('Reshape', [image, builder.ints([0, -1])]);
  builder.layer = 'dense';
  const active = activate(builder, builder.op('Gemm', [flat, weight('kernel', [40, 5]), weight('bias', [5])]));
  builder.layer = 'classes';
  builder.addOutput(builder.op('Gemm', [active, weight('out', [5, 3])]));
  const layer = (name: string, output: string) => {
    return { name, type: 'Step', inputs: [], output, channelsFirst: false, weights: [] };
  };
  return {
    name: 'around',
    graph: builder.build(),
    layers: [layer('dense', active)],
    container: { format: 'tfjs', write: () => Promise.reject(new Error('it came from no file')) },
    warnings: [],
  };
}

test('an activation function of several nodes is gone through as one of a single node', async () => {
  // x × sigmoid(10,000 x) is next to nothing else than relu(x).
  const composed = around((builder, x) => {
    const steep = builder.op('Mul', [x, builder.float(1e4)]);
    return builder.op('Mul', [x, builder.op('Sigmoid', [steep])]);
  });
  const plain = around((builder, x) => builder.op('Relu', [x]));
  for (const measure of ['mean-activation', 'activation-variance', 'maxout']) {
    const [first, second] = await Promise.all([composed, plain].map(async (of) => (await scored(measure, {}, of))[0]));
    const tensor = (result?: LayerRelevance): Tensor => float32([5], Float32Array.from(result?.scores ?? []));
    assertClose(tensor(first), tensor(second), 1e-3, measure);
  }
});

test('where a layer is read both before and after its activation, it is observed before', async () => {
  const both = around((builder, x) =>
    builder.op('Add', [x, builder.op('Concat', [builder.op('Relu', [x])], { axis: 1 })]),
  );
  const linear = around((_, x) => x);
  for (const measure of ACTIVATION_MEASURES) {
    const [first, second] = await Promise.all([both, linear].map(async (of) => (await scored(measure, {}, of))[0]));
    assert.deepEqual(first?.scores, second?.scores);
  }
});

test('of a recurrent layer the last states are observed, where they alone are read', async () => {
  const recurrent = await ourModel(
    randomise(
      tf.sequential({
        layers: [
          tf.layers.reshape({ name: 'rows', inputShape: [5, 4, 2], targetShape: [10, 4] }),
          tf.layers.lstm({ name: 'lstm', units: 6 }),
          tf.layers.dense({ name: 'classes', units: 2, activation: 'softmax' }),
        ],
      }),
      13,
    ),
  );
  const [result] = await scored('mean-activation', {}, recurrent);
  assert.equal(result?.layer, 'lstm');
  assert.equal(result.observations, SAMPLES);
  const [effects] = await scored('taylor', {}, recurrent);
  assert.ok(effects?.scores.every((score) => score > 0));
  // The kernel has four slices a neuron, one for each gate: all of them count.
  const [norms] = await scored('l1', {}, recurrent);
  const kernel = recurrent.graph.weights.get('lstm/kernel');
  assert.ok(kernel);
  const values = new Float32Array((await kernel.bytes()).slice().buffer);
  const expected = Array.from({ length: 6 }, (_, neuron) =>
    sum([...values].map((value, i) => ((i % 24) % 6 === neuron ? Math.abs(value) : 0))),
  );
  const tensor = (own: Iterable<number>): Tensor => float32([6], Float32Array.from(own));
  assertClose(tensor(norms?.scores ?? []), tensor(expected), 1e-5, 'l1');
});
