// How well a model does, by each metric, against the same computed by hand from what TensorFlow.js predicts.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Split, Target } from '../../src/data/dataset';
import { UserError } from '../../src/errors';
import { type Evaluation, evaluate } from '../../src/evaluation/evaluate';
import type { MetricName } from '../../src/evaluation/metrics/metric';
import { isCounts, type Outcomes } from '../../src/evaluation/outcomes';
import type { Tensor } from '../../src/model/tensor';
import { loadValues } from '../../src/model/values';
import { ourModel, predict, randomise } from '../layers-model';
import { engine } from '../run';
import { classTarget, splitOf } from '../split';
import { tf } from '../tensorflow';
import { drawn } from '../tensors';

/** More than one batch, and a rest. */
const COUNT = 333;
const SAMPLES = drawn([COUNT, 5], 'samples');
type Activation = 'softmax' | 'linear' | 'sigmoid';

function network(units: number, activation: Activation): tf.LayersModel {
  return randomise(tf.sequential({ layers: [tf.layers.dense({ inputShape: [5], units, activation })] }), 1);
}

async function evaluated(model: tf.LayersModel, target: Target, metric?: MetricName): Promise<Evaluation> {
  const { graph } = await ourModel(model);
  const split: Split = { ...splitOf(SAMPLES), targets: [target] };
  return evaluate(engine, graph, await loadValues(graph), split, metric);
}

function rowsOf({ shape, data }: Tensor): number[][] {
  const [count = 0, width = 0] = shape;
  return Array.from({ length: count }, (_, i) => Array.from(data as Float32Array).slice(i * width, (i + 1) * width));
}

function perSample(outcomes: Outcomes): ArrayLike<number> {
  if (isCounts(outcomes)) throw new Error('counts');
  return outcomes;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function assertNear(actual: number, expected: number): void {
  assert.ok(Math.abs(actual - expected) < 1e-5 * Math.max(1, Math.abs(expected)), `${actual}, expected ${expected}`);
}

for (const activation of ['softmax', 'linear'] as const) {
  test(`with ${activation} scores, a sample is right where its class scores highest`, async () => {
    const model = network(4, activation);
    const said = rowsOf(predict(model, SAMPLES)).map((row) => row.indexOf(Math.max(...row)));
    assert.equal(new Set(said).size, 4);
    const labels = said.map((label, i) => (i % 3 === 0 ? (label + 1) % 4 : label));
    const { score, outcomes, metric } = await evaluated(model, classTarget(Int32Array.from(labels)));
    assert.equal(metric.name, 'accuracy');
    assert.deepEqual(
      Array.from(perSample(outcomes)),
      [...labels.keys()].map((i) => (i % 3 === 0 ? 0 : 1)),
    );
    assertNear(score, 222 / 333);
  });
}

for (const [activation, limit] of [
  ['sigmoid', 0.5],
  ['linear', 0],
] as const) {
  test(`with one ${activation} score, a sample is of class 1 where it is above ${limit}`, async () => {
    const model = network(1, activation);
    const said = rowsOf(predict(model, SAMPLES)).map(([score = 0]) => (score > limit ? 1 : 0));
    assert.equal(new Set(said).size, 2);
    assert.equal((await evaluated(model, classTarget(Int32Array.from(said)))).score, 1);
  });
}

/** What the network says and a target beside it, off by what `off` says. */
function beside(model: tf.LayersModel, off: (i: number) => number, kind: 'values' | 'binary' = 'values') {
  const rows = rowsOf(predict(model, SAMPLES)).map((row, i) => row.map((value) => value + off(i)));
  const width = rows[0]?.length ?? 0;
  const target: Target = {
    kind,
    name: 'numbers',
    output: 0,
    shape: [width],
    async read(indices, out) {
      for (let i = 0; i < indices.length; i++) out.set(rows[indices[i] as number] as number[], i * width);
    },
  };
  return { rows, target };
}

test('errors are those of each sample, the smaller the better; their mean is the score', async () => {
  const model = network(3, 'linear');
  const { target } = beside(model, (i) => (i % 2 === 0 ? 0.5 : -2));
  const squared = await evaluated(model, target);
  assert.deepEqual([squared.metric.name, squared.metric.better], ['mse', 'lower']);
  assertNear(perSample(squared.outcomes)[0] ?? 0, -0.25);
  assertNear(perSample(squared.outcomes)[1] ?? 0, -4);
  assertNear(squared.score, (167 * 0.25 + 166 * 4) / 333);
  const absolute = await evaluated(model, target, 'mae');
  assertNear(absolute.score, (167 * 0.5 + 166 * 2) / 333);
  const [low, high] = absolute.interval;
  assert.ok(low < absolute.score && absolute.score < high && high - low < 0.3);
});

test('R² is the share of the variance of the targets that is explained', async () => {
  const model = network(2, 'linear');
  const { rows, target } = beside(model, (i) => (i % 2 === 0 ? 0.1 : -0.1));
  const spreads = [0, 1].map((column) => {
    const values = rows.map((row) => row[column] as number);
    return mean(values.map((value) => (value - mean(values)) ** 2));
  });
  const { score, interval, outcomes } = await evaluated(model, target, 'r2');
  assertNear(score, 1 - 0.01 / mean(spreads));
  assert.ok(interval[0] <= score && score <= interval[1]);
  assertNear(perSample(outcomes)[0] ?? 0, -0.01);
});

test('of several answers the share that is right counts', async () => {
  const model = network(4, 'sigmoid');
  const rows = rowsOf(predict(model, SAMPLES));
  const target: Target = {
    kind: 'binary',
    name: 'tags',
    output: 0,
    shape: [4],
    async read(indices, out) {
      for (let i = 0; i < indices.length; i++) {
        const row = rows[indices[i] as number] as number[];
        row.forEach((value, j) => {
          out[i * 4 + j] = value > 0.5 === j > 0 ? 1 : 0;
        });
      }
    },
  };
  const { score, metric } = await evaluated(model, target);
  assert.equal(metric.name, 'binary-accuracy');
  assertNear(score, 0.75);
});

test('a metric that does not suit the target is refused', async () => {
  await assert.rejects(
    evaluated(network(4, 'softmax'), classTarget(new Int32Array(COUNT)), 'mse'),
    (error: unknown) => error instanceof UserError && /choose accuracy/.test(error.message),
  );
});

test('a model exported for a batch of 4 is run in batches of 4, the rest padded', async () => {
  const model = network(4, 'softmax');
  const { graph } = await ourModel(model);
  const fixed = { ...graph, inputs: graph.inputs.map((input) => ({ ...input, shape: [4, 5] })) };
  const labels = rowsOf(predict(model, SAMPLES)).map((row) => row.indexOf(Math.max(...row)));
  const split = splitOf(SAMPLES, Int32Array.from(labels));
  const { outcomes } = await evaluate(engine, fixed, await loadValues(graph), split);
  assert.deepEqual(Array.from(perSample(outcomes)), new Array(COUNT).fill(1));
});

test('a Sigmoid counts as one also where its pixels are only brought into another order behind it', async () => {
  const pixels = tf.sequential({
    layers: [
      tf.layers.conv2d({ inputShape: [4, 4, 2], filters: 1, kernelSize: 3, padding: 'same', activation: 'sigmoid' }),
    ],
  });
  const { graph } = await ourModel(randomise(pixels, 4));
  const samples = drawn([COUNT, 4, 4, 2], 'pictures');
  const said = predict(pixels, samples);
  const yes = Float32Array.from(said.data as Float32Array, (value) => (value > 0.5 ? 1 : 0));
  const target: Target = {
    kind: 'binary',
    name: 'mask',
    output: 0,
    shape: [4, 4, 1],
    read: async (indices, out) => {
      for (let i = 0; i < indices.length; i++)
        out.set(yes.subarray(16 * Number(indices[i]), 16 * Number(indices[i]) + 16), 16 * i);
    },
  };
  const { score, metric } = await evaluate(engine, graph, await loadValues(graph), {
    ...splitOf(samples),
    targets: [target],
  });
  assert.deepEqual([metric.name, score], ['binary-accuracy', 1]);
  assert.ok(yes.includes(1) && yes.includes(0));
});
