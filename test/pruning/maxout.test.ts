// Maxout units: cut within, folded away, and put on trained networks; against networks computed in plain loops.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SequentialModel } from '../../src/architectures/sequential';
import { UserError } from '../../src/errors';
import { modelFromDocument } from '../../src/formats/tfjs/container';
import type { Model } from '../../src/model/model';
import { elementCount, float32, type Tensor } from '../../src/model/tensor';
import { loadValues, type Values } from '../../src/model/values';
import { groupSimilar } from '../../src/pruning/grouping';
import { introduceMaxout } from '../../src/pruning/introduce';
import { cutWithinUnits, findMaxouts, leastOfUnits, type Maxout } from '../../src/pruning/maxout';
import { measureOf } from '../../src/pruning/relevance/index';
import { measureRelevance } from '../../src/pruning/relevance/score';
import { random, shuffled } from '../../src/random';
import { ourModel, predict, randomise } from '../layers-model';
import { engine, outputFor } from '../run';
import { splitOf } from '../split';
import { tf, toTf } from '../tensorflow';
import { assertClose, drawn, largestDifference } from '../tensors';

const SAMPLES = 40;

/** A network with maxout, and the same in plain loops. */
interface Given {
  readonly name: string;
  readonly model: Model;
  readonly input: Tensor;
  /** Pre-activations of the neurons at every position of a sample: [positions][neurons]. */
  neurons(sample: Float32Array, values: Values): number[][];
}

const numbers = (values: Values, name: string): Float32Array => (values.get(name) as Tensor).data as Float32Array;

/** Σ x_i kernel[i, j] + bias_j for a kernel [in, out]. */
function denseOf(x: readonly number[], kernel: Float32Array, bias: Float32Array): number[] {
  return Array.from(bias, (start, j) =>
    x.reduce((sum, value, i) => sum + value * (kernel[i * bias.length + j] as number), start),
  );
}

/** Windows of 2×2 over an image [4, 4, 1], row by row: [positions][4]. */
function windows(image: Float32Array): number[][] {
  return Array.from({ length: 9 }, (_, position) => {
    const start = Math.floor(position / 3) * 4 + (position % 3);
    return [0, 1, 4, 5].map((offset) => image[start + offset] as number);
  });
}

function modelOf(network: SequentialModel): Model {
  return modelFromDocument(network.document(), []);
}

const GIVEN: readonly Given[] = [
  {
    name: 'a Dense',
    model: modelOf(
      new SequentialModel('dense', [5], 1)
        .dense('layer', 12, 'relu')
        .dropout('drop', 0.5)
        .maxout('maxout', 3)
        .dense('classes', 3),
    ),
    input: drawn([SAMPLES, 5], 'dense samples'),
    neurons: (sample, values) => [denseOf([...sample], numbers(values, 'layer/kernel'), numbers(values, 'layer/bias'))],
  },
  {
    name: 'a Conv2D',
    model: modelOf(
      new SequentialModel('conv', [4, 4, 1], 2)
        .conv('layer', 12, 2, { activation: 'relu' })
        .maxout('maxout', 3)
        .flatten('flatten')
        .dense('classes', 3),
    ),
    input: drawn([SAMPLES, 4, 4, 1], 'conv samples'),
    neurons: (sample, values) =>
      windows(sample).map((window) => denseOf(window, numbers(values, 'layer/kernel'), numbers(values, 'layer/bias'))),
  },
];

function samplesOf({ input }: Given): Float32Array[] {
  const size = input.data.length / SAMPLES;
  return Array.from({ length: SAMPLES }, (_, i) => (input.data as Float32Array).slice(i * size, (i + 1) * size));
}

/** The class scores where the units are those neurons, by the weights before any cut. */
function byLoops(given: Given, values: Values, units: readonly (readonly number[])[]): Tensor {
  const rows = samplesOf(given).map((sample) => {
    const maxima = given
      .neurons(sample, values)
      .flatMap((neurons) =>
        units.map((unit) => Math.max(...unit.map((neuron) => Math.max(0, neurons[neuron] as number)))),
      );
    return denseOf(maxima, numbers(values, 'classes/kernel'), numbers(values, 'classes/bias'));
  });
  return float32([SAMPLES, 3], Float32Array.from(rows.flat()));
}

/** How often each neuron is the largest of its unit, over samples and positions. */
function countWins(given: Given, values: Values, units: readonly (readonly number[])[]): Map<number, number> {
  const wins = new Map(units.flat().map((neuron) => [neuron, 0]));
  for (const sample of samplesOf(given)) {
    for (const neurons of given.neurons(sample, values)) {
      for (const unit of units) {
        const winner = unit.reduce((best, neuron) =>
          (neurons[neuron] as number) > (neurons[best] as number) ? neuron : best,
        );
        wins.set(winner, (wins.get(winner) as number) + 1);
      }
    }
  }
  return wins;
}

const UNITS = [0, 1, 2, 3].map((unit) => [0, 1, 2].map((neuron) => 3 * unit + neuron));

function onlyMaxout(model: Model): Maxout {
  const [maxout, ...others] = findMaxouts(model);
  assert.ok(maxout && others.length === 0);
  return maxout;
}

async function winsBy(model: Model, given: Given): Promise<Float64Array> {
  const split = splitOf(given.input);
  const results = await measureRelevance(measureOf('maxout'), model, engine, split, { k: 9, seed: 1 });
  const own = results.find(({ maxout }) => maxout === 'maxout');
  assert.ok(own);
  return own.scores;
}

for (const given of GIVEN) {
  test(`${given.name}: a unit is the maximum of neighbouring neurons`, async () => {
    const { units, neurons, layer } = onlyMaxout(given.model);
    assert.deepEqual({ units, neurons, name: layer.name }, { units: 4, neurons: 3, name: 'maxout' });
    const values = await loadValues(given.model.graph);
    assertClose(await outputFor(given.model.graph, given.input), byLoops(given, values, UNITS), 1e-5, 'scores');
  });

  test(`${given.name}: the least relevant neuron of every unit goes at each step, the others keep their order`, async () => {
    const values = await loadValues(given.model.graph);
    let [model, units] = [given.model, UNITS];
    for (const left of [2, 1]) {
      const wins = countWins(given, values, units);
      const scores = await winsBy(model, given);
      assert.deepEqual(
        [...scores],
        units.flat().map((neuron) => wins.get(neuron)),
      );
      const least = units.map((unit) =>
        unit.reduce((a, b) => ((wins.get(b) as number) < (wins.get(a) as number) ? b : a)),
      );
      const removed = leastOfUnits(onlyMaxout(model), scores);
      assert.deepEqual(
        [...removed].map((index) => units.flat()[index]),
        least,
      );
      model = cutWithinUnits(model, onlyMaxout(model), removed);
      units = units.map((unit) => unit.filter((neuron) => !least.includes(neuron)));
      assert.deepEqual(
        units.map(({ length }) => length),
        [left, left, left, left],
      );
      assertClose(await outputFor(model.graph, given.input), byLoops(given, values, units), 1e-5, `${left} left`);
      await assertKept(model, values, units.flat());
    }
  });

  test(`${given.name}: at one neuron a unit the maxout is gone and an ordinary layer remains`, async () => {
    const removed = new Set([0, 1, 4, 5, 6, 8, 9, 10]);
    const folded = cutWithinUnits(given.model, onlyMaxout(given.model), removed);
    assert.deepEqual(findMaxouts(folded), []);
    const names = given.model.layers.map(({ name }) => name);
    assert.deepEqual(
      folded.layers.map(({ name }) => name),
      names.filter((name) => name !== 'maxout'),
    );
    assert.ok(folded.graph.nodes.every(({ type }) => type !== 'ReduceMax'));
    const values = await loadValues(given.model.graph);
    assertClose(
      await outputFor(folded.graph, given.input),
      byLoops(given, values, [[2], [3], [7], [11]]),
      1e-5,
      'scores',
    );
    for (const layer of folded.layers.slice(1)) {
      assert.ok(
        folded.layers.some(({ output }) => layer.inputs.includes(output)),
        `"${layer.name}" reads a layer`,
      );
    }
  });

  test(`${given.name}: units that would differ in size, or lose all their neurons, are refused`, () => {
    for (const removed of [[0], [0, 3, 6], [0, 1, 3, 6, 9], Array.from({ length: 12 }, (_, i) => i)]) {
      assert.throws(
        () => cutWithinUnits(given.model, onlyMaxout(given.model), new Set(removed)),
        /"maxout".*same number/,
      );
    }
  });
}

/** The layer's kernel and bias hold these neurons' values, in that order, and what reads the units is as it was. */
async function assertKept(model: Model, before: Values, neurons: readonly number[]): Promise<void> {
  const after = await loadValues(model.graph);
  for (const name of ['layer/kernel', 'layer/bias']) {
    const rows = Array.from({ length: numbers(before, name).length / 12 }, (_, row) =>
      neurons.map((neuron) => numbers(before, name)[row * 12 + neuron]),
    );
    assert.deepEqual([...numbers(after, name)], rows.flat());
  }
  for (const name of ['classes/kernel', 'classes/bias']) assert.deepEqual(numbers(after, name), numbers(before, name));
}

test('neurons that the model also puts out cannot be cut within their units', async () => {
  const x = tf.input({ shape: [4] });
  const neurons = tf.layers.dense({ name: 'layer', units: 6 }).apply(x) as tf.SymbolicTensor;
  const grouped = tf.layers.reshape({ name: 'maxout_neurons', targetShape: [6, 1, 1] }).apply(neurons);
  const pooled = tf.layers.maxPooling2d({ name: 'maxout_maximum', poolSize: [2, 1], strides: [2, 1] }).apply(grouped);
  const units = tf.layers.flatten({ name: 'maxout_units' }).apply(pooled) as tf.SymbolicTensor;
  const model = await ourModel(tf.model({ inputs: x, outputs: [units, neurons] }));
  assert.throws(
    () => cutWithinUnits(model, onlyMaxout(model), new Set([0, 2, 4])),
    /can't be cut: it is the model's output/,
  );
});

/** A network whose layer's neurons come in equal groups: neuron order[i] belongs to group ⌊i / k⌋. */
function withTwins(network: tf.LayersModel, name: string, order: ArrayLike<number>, k: number): tf.LayersModel {
  const layer = network.getLayer(name);
  const weights = layer.getWeights().map((weight) => {
    const width = weight.shape.at(-1) as number;
    const source = weight.dataSync();
    const data = Float32Array.from(source);
    for (let row = 0; row < data.length; row += width) {
      for (let i = 0; i < width; i++) data[row + (order[i] as number)] = source[row + Math.floor(i / k)] as number;
    }
    return tf.tensor(data, weight.shape);
  });
  layer.setWeights(weights);
  return network;
}

interface Network {
  readonly name: string;
  readonly sample: readonly number[];
  /** A layer "layer" of 8 neurons or filters. */
  make(): tf.LayersModel;
}

const NETWORKS: readonly Network[] = [
  {
    name: 'Dense and Dense',
    sample: [5],
    make: () =>
      tf.sequential({
        layers: [
          tf.layers.dense({ name: 'layer', inputShape: [5], units: 8, activation: 'relu' }),
          tf.layers.dense({ name: 'classes', units: 3, activation: 'softmax' }),
        ],
      }),
  },
  {
    name: 'Dense without a bias, an activation that is not zero at zero, dropout',
    sample: [5],
    make: () =>
      tf.sequential({
        layers: [
          tf.layers.dense({ name: 'layer', inputShape: [5], units: 8, useBias: false }),
          tf.layers.activation({ name: 'bend', activation: 'sigmoid' }),
          tf.layers.dropout({ name: 'drop', rate: 0.5 }),
          tf.layers.dense({ name: 'classes', units: 3, useBias: false }),
        ],
      }),
  },
  {
    name: 'Conv2D, pooling, flattening and Dense',
    sample: [6, 6, 2],
    make: () =>
      tf.sequential({
        layers: [
          tf.layers.conv2d({ name: 'layer', inputShape: [6, 6, 2], filters: 8, kernelSize: 3, activation: 'relu' }),
          tf.layers.maxPooling2d({ name: 'pool', poolSize: 2 }),
          tf.layers.flatten({ name: 'flatten' }),
          tf.layers.dense({ name: 'classes', units: 3, activation: 'softmax' }),
        ],
      }),
  },
  {
    name: 'Conv2D and Conv2D, padded',
    sample: [6, 6, 2],
    make: () =>
      tf.sequential({
        layers: [
          tf.layers.conv2d({ name: 'layer', inputShape: [6, 6, 2], filters: 8, kernelSize: 3, padding: 'same' }),
          tf.layers.conv2d({ name: 'next', filters: 4, kernelSize: 3, padding: 'same', activation: 'relu' }),
          tf.layers.globalAveragePooling2d({ name: 'pool' }),
          tf.layers.dense({ name: 'classes', units: 3, activation: 'softmax' }),
        ],
      }),
  },
  {
    name: 'layers side by side',
    sample: [5],
    make: () => {
      const x = tf.input({ shape: [5] });
      const parts = [
        tf.layers.dense({ name: 'layer', units: 8, activation: 'relu' }).apply(x),
        tf.layers.dense({ name: 'other', units: 3, activation: 'tanh' }).apply(x),
      ] as tf.SymbolicTensor[];
      const joined = tf.layers.concatenate({ name: 'join' }).apply(parts);
      const scores = tf.layers.dense({ name: 'classes', units: 3 }).apply(joined) as tf.SymbolicTensor;
      return tf.model({ inputs: x, outputs: scores });
    },
  },
];

const NEIGHBOURS = [0, 1, 2, 3, 4, 5, 6, 7];
const SHUFFLED = shuffled(8, random('twins', 1));

for (const { name, sample, make } of NETWORKS) {
  const input = drawn([60, ...sample], 'samples');
  for (const k of [2, 4]) {
    test(`${name}: where the ${k} neurons of every unit are the same, maxout changes no output`, async () => {
      const network = withTwins(randomise(make(), 1), 'layer', NEIGHBOURS, k);
      const model = await ourModel(network);
      const result = await introduceMaxout(model, 'layer', k, engine, splitOf(input), 'neighbours');
      assertClose(await outputFor(result.graph, input), predict(network, input), 1e-4, 'outputs');
      assert.equal(onlyMaxout(result).neurons, k);
      assert.equal(onlyMaxout(result).units, 8 / k);
      assert.ok(parameters(result) < parameters(model));
    });

    test(`${name}: grouping by likeness finds ${k} equal neurons wherever they stand`, async () => {
      const network = withTwins(randomise(make(), 1), 'layer', SHUFFLED, k);
      const model = await ourModel(network);
      const expected = predict(network, input);
      const similar = await introduceMaxout(model, 'layer', k, engine, splitOf(input));
      assertClose(await outputFor(similar.graph, input), expected, 1e-4, 'outputs');
      const neighbours = await introduceMaxout(model, 'layer', k, engine, splitOf(input), 'neighbours');
      assert.ok(largestDifference(await outputFor(neighbours.graph, input), expected) > 1e-3);
    });
  }
}

function parameters({ graph }: Model): number {
  return [...graph.weights.values()].reduce((sum, { shape }) => sum + elementCount(shape), 0);
}

test('what reads the units is the least-squares combination of what read their neurons, its mean kept', async () => {
  const network = randomise(
    tf.sequential({
      layers: [
        tf.layers.dense({ name: 'layer', inputShape: [5], units: 6, activation: 'relu' }),
        tf.layers.dense({ name: 'classes', units: 3 }),
      ],
    }),
    2,
  );
  const input = drawn([400, 5], 'samples');
  const result = await introduceMaxout(await ourModel(network), 'layer', 3, engine, splitOf(input), 'neighbours');
  const activations = (network.getLayer('layer').apply(toTf(input)) as tf.Tensor2D).arraySync();
  const mean = (of: (row: number[]) => number): number =>
    activations.reduce((sum, row) => sum + of(row), 0) / activations.length;
  const maximum = (row: number[], unit: number): number => Math.max(...row.slice(3 * unit, 3 * unit + 3));
  const [kernel, bias] = network
    .getLayer('classes')
    .getWeights()
    .map((weight) => weight.arraySync()) as [number[][], number[]];
  const expectedKernel = [0, 1].map(() => [0, 0, 0]);
  const expectedBias = [...bias];
  for (let neuron = 0; neuron < 6; neuron++) {
    const unit = Math.floor(neuron / 3);
    const share = mean((row) => (row[neuron] as number) * maximum(row, unit)) / mean((row) => maximum(row, unit) ** 2);
    const left = mean((row) => row[neuron] as number) - share * mean((row) => maximum(row, unit));
    for (const output of [0, 1, 2]) {
      const weight = kernel[neuron]?.[output] as number;
      const row = expectedKernel[unit] as number[];
      row[output] = (row[output] as number) + share * weight;
      expectedBias[output] = (expectedBias[output] as number) + left * weight;
    }
  }
  const values = await loadValues(result.graph);
  const tensor = (shape: number[], data: number[]): Tensor => float32(shape, Float32Array.from(data));
  assertClose(values.get('classes/kernel') as Tensor, tensor([2, 3], expectedKernel.flat()), 1e-5, 'kernel');
  assertClose(values.get('classes/bias') as Tensor, tensor([3], expectedBias), 1e-5, 'bias');
});

test('the maxout stands behind what works element by element and takes a name that is free', async () => {
  const network = tf.sequential({
    layers: [
      tf.layers.conv2d({ name: 'conv', inputShape: [4, 4, 1], filters: 4, kernelSize: 2 }),
      tf.layers.batchNormalization({ name: 'norm' }),
      tf.layers.reLU({ name: 'relu' }),
      tf.layers.flatten({ name: 'conv_maxout' }),
      tf.layers.dense({ name: 'classes', units: 2 }),
    ],
  });
  const model = await ourModel(randomise(network, 1));
  const result = await introduceMaxout(model, 'conv', 2, engine, splitOf(drawn([20, 4, 4, 1], 'samples')));
  const names = result.layers.map(({ name, type }) => `${name} ${type}`);
  assert.deepEqual(names.slice(0, 5), [
    'conv Conv2D',
    'norm BatchNormalization',
    'relu ReLU',
    'conv_maxout_1 Maxout',
    'conv_maxout Flatten',
  ]);
  assert.deepEqual(
    model.layers.map(({ name }) => name),
    ['conv', 'norm', 'relu', 'conv_maxout', 'classes'],
  );
});

test('weights that the maxout does not touch keep the very bytes they are stored as', async () => {
  const model = await ourModel(randomise((NETWORKS[3] as Network).make(), 1));
  const result = await introduceMaxout(model, 'layer', 2, engine, splitOf(drawn([20, 6, 6, 2], 's')), 'neighbours');
  for (const name of ['layer/kernel', 'layer/bias', 'classes/kernel', 'classes/bias']) {
    assert.equal(result.graph.weights.get(name)?.bytes, model.graph.weights.get(name)?.bytes, name);
  }
  assert.notEqual(result.graph.weights.get('next/kernel')?.bytes, model.graph.weights.get('next/kernel')?.bytes);
});

test('a maxout that was put on can be cut within its units like any other', async () => {
  const network = withTwins(randomise((NETWORKS[2] as Network).make(), 1), 'layer', SHUFFLED, 4);
  const input = drawn([60, 6, 6, 2], 'samples');
  let model = await introduceMaxout(await ourModel(network), 'layer', 4, engine, splitOf(input));
  for (const left of [3, 2, 1]) {
    const maxout = onlyMaxout(model);
    model = cutWithinUnits(model, maxout, new Set([0, maxout.neurons]));
    assert.equal(findMaxouts(model)[0]?.neurons ?? 1, left);
    // The neurons of a unit are all the same: it does not matter which are left.
    assertClose(await outputFor(model.graph, input), predict(network, input), 1e-4, `${left} left`);
  }
  assert.deepEqual(findMaxouts(model), []);
});

const REFUSED: readonly { title: string; layer: string; k: number; says: RegExp; network(): tf.LayersModel }[] = [
  {
    title: 'one neuron a unit',
    layer: 'layer',
    k: 1,
    says: /at least 2 neurons a unit, k is 1/,
    network: () => (NETWORKS[0] as Network).make(),
  },
  { title: 'half a neuron', layer: 'layer', k: 2.5, says: /k is 2\.5/, network: () => (NETWORKS[0] as Network).make() },
  {
    title: 'neurons that do not divide into units',
    layer: 'layer',
    k: 3,
    says: /"layer" has 8 neurons, which do not divide into units of 3/,
    network: () => (NETWORKS[0] as Network).make(),
  },
  {
    title: "the model's output",
    layer: 'classes',
    k: 3,
    says: /"classes" can't be pruned/,
    network: () => (NETWORKS[0] as Network).make(),
  },
  {
    title: 'a layer that is not there',
    layer: 'nowhere',
    k: 2,
    says: /no layer "nowhere".*layer, classes/,
    network: () => (NETWORKS[0] as Network).make(),
  },
  {
    title: 'a layer that is tied to another',
    layer: 'layer',
    k: 2,
    says: /tied to those of other/,
    network: () => {
      const x = tf.input({ shape: [5] });
      const first = tf.layers.dense({ name: 'layer', units: 4, activation: 'relu' }).apply(x);
      const second = tf.layers.dense({ name: 'other', units: 4 }).apply(first);
      const sum = tf.layers.add({ name: 'sum' }).apply([first, second] as tf.SymbolicTensor[]);
      return tf.model({
        inputs: x,
        outputs: tf.layers.dense({ name: 'classes', units: 2 }).apply(sum) as tf.SymbolicTensor,
      });
    },
  },
  {
    title: 'a layer whose neurons something behind it scales one by one',
    layer: 'layer',
    k: 2,
    says: /"norm\/gamma" works on its neurons one by one/,
    network: () =>
      tf.sequential({
        layers: [
          tf.layers.conv2d({ name: 'layer', inputShape: [4, 4, 1], filters: 4, kernelSize: 2 }),
          tf.layers.maxPooling2d({ name: 'pool', poolSize: 2 }),
          tf.layers.batchNormalization({ name: 'norm' }),
          tf.layers.flatten({ name: 'flatten' }),
          tf.layers.dense({ name: 'classes', units: 2 }),
        ],
      }),
  },
  {
    title: 'a Dense over positions',
    layer: 'layer',
    k: 2,
    says: /only Dense and Conv2D layers on \[batch, channels\] or images/,
    network: () =>
      tf.sequential({
        layers: [
          tf.layers.dense({ name: 'layer', inputShape: [4, 5], units: 6 }),
          tf.layers.flatten({ name: 'flatten' }),
          tf.layers.dense({ name: 'classes', units: 2 }),
        ],
      }),
  },
];

for (const { title, layer, k, says, network } of REFUSED) {
  test(`maxout is refused on ${title}`, async () => {
    const made = network();
    const [, ...sample] = (made.inputs[0] as tf.SymbolicTensor).shape as [null, ...number[]];
    const model = await ourModel(randomise(made, 1));
    await assert.rejects(
      introduceMaxout(model, layer, k, engine, splitOf(drawn([10, ...sample], 'samples'))),
      (error: unknown) => error instanceof UserError && says.test(error.message),
    );
  });
}

test('grouping puts every neuron into one unit, the likest together', () => {
  // Four directions, each twice, one of them the other way round and one three times as long.
  const neurons = [
    [1, 0, 0, 0],
    [0, 1, 0, 0],
    [0, 0, 1, 0],
    [3, 0, 0, 0],
    [0, 0, 0, 1],
    [0, 1, 0.1, 0],
    [0, 0, 0, 2],
    [0, 0.1, 1, 0],
  ];
  const moments = neurons.flatMap((a) =>
    neurons.map((b) => a.reduce((sum, value, i) => sum + value * (b[i] as number), 0)),
  );
  const order = groupSimilar(Float64Array.from(moments), 2);
  const pairs = [0, 2, 4, 6].map((i) => order.slice(i, i + 2).join());
  assert.deepEqual(pairs.sort(), ['0,3', '1,5', '2,7', '4,6']);
});

test('neurons that are always silent are grouped all the same', () => {
  const moments = new Float64Array(36);
  moments[0] = 4;
  moments[7] = 1;
  assert.deepEqual(groupSimilar(moments, 3).sort(), [0, 1, 2, 3, 4, 5]);
});
