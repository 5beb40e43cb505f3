// Measures of the loss's gradients, against TensorFlow.js' own differentiation of the same network.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UserError } from '../../src/errors';
import { BATCH } from '../../src/model/graph';
import type { Model } from '../../src/model/model';
import { float32 } from '../../src/model/tensor';
import { GraphBuilder } from '../../src/ops/builder';
import { measureOf } from '../../src/pruning/relevance/index';
import { measureRelevance, type RelevanceOptions } from '../../src/pruning/relevance/score';
import { ourModel, randomise } from '../layers-model';
import { engine } from '../run';
import { splitOf } from '../split';
import { tf, toTf } from '../tensorflow';
import { wasm } from '../tensorflow-engines';
import { assertClose, drawn } from '../tensors';

/** Not a whole number of batches. */
const SAMPLES = 300;
const CLASSES = 3;
const INPUT = drawn([SAMPLES, 5, 4, 2], 'samples');
const LABELS = Int32Array.from({ length: SAMPLES }, (_, i) => (i * 7) % CLASSES);
const SPLIT = splitOf(INPUT, LABELS);

const layers = [
  tf.layers.conv2d({ name: 'conv', inputShape: [5, 4, 2], filters: 5, kernelSize: 2 }),
  tf.layers.batchNormalization({ name: 'norm' }),
  tf.layers.reLU({ name: 'relu' }),
  tf.layers.dropout({ name: 'drop', rate: 0.5 }),
  tf.layers.flatten({ name: 'flatten' }),
  tf.layers.dense({ name: 'dense', units: 7, activation: 'sigmoid' }),
  tf.layers.dense({ name: 'classes', units: CLASSES, activation: 'softmax' }),
];
const network = randomise(tf.sequential({ layers }), 3);
const model = await ourModel(network);

/** What each layer's channels are read as, and the layers behind it. */
const READ = { conv: 'relu', dense: 'dense' } as const;

/** Activation × gradient of a class's log-probability, summed over positions: [samples][channels], for each sample's own class. */
function effects(layer: keyof typeof READ, classOf: (sample: number) => number): number[][] {
  const until = layers.findIndex(({ name }) => name === READ[layer]) + 1;
  const inner = tf.model({ inputs: network.inputs, outputs: network.getLayer(READ[layer]).output });
  const activation = inner.predict(toTf(INPUT)) as tf.Tensor;
  const behind = (value: tf.Tensor): tf.Scalar => {
    const shares = layers.slice(until).reduce((x, own) => own.apply(x) as tf.Tensor, value);
    const chosen = tf.oneHot(
      Array.from({ length: SAMPLES }, (_, i) => classOf(i)),
      CLASSES,
    );
    return tf.sum(tf.mul(chosen, tf.log(shares)));
  };
  const products = tf.mul(activation, tf.grad(behind)(activation));
  const channels = activation.shape.at(-1) as number;
  return tf.sum(products.reshape([SAMPLES, -1, channels]), 1).arraySync() as number[][];
}

const sumOfSquares = (rows: readonly number[][]): number[] =>
  (rows[0] ?? []).map((_, channel) => rows.reduce((sum, row) => sum + (row[channel] as number) ** 2, 0));

async function scored(measure: string, options: Partial<RelevanceOptions> = {}, of: Model = model) {
  return measureRelevance(measureOf(measure), of, engine, SPLIT, { k: 2, seed: 1, ...options });
}

const tensor = (values: Iterable<number>) => {
  const data = Float32Array.from(values);
  return float32([data.length], data);
};

test('taylor is the squared first-order change of the loss without the channel, summed over the samples', async () => {
  const results = await scored('taylor');
  assert.deepEqual(
    results.map(({ layer, observations }) => [layer, observations]),
    [
      ['conv', SAMPLES],
      ['dense', SAMPLES],
    ],
  );
  for (const { layer, scores } of results) {
    const expected = sumOfSquares(effects(layer as keyof typeof READ, (sample) => LABELS[sample] as number));
    assertClose(tensor(scores), tensor(expected), 1e-4, layer);
  }
});

test('hessian is the Gauss–Newton curvature, as near as targets drawn once a sample come to it', async () => {
  const shares = (network.predict(toTf(INPUT)) as tf.Tensor).arraySync() as number[][];
  for (const { layer, scores } of await scored('hessian')) {
    const byClass = Array.from({ length: CLASSES }, (_, own) => effects(layer as keyof typeof READ, () => own));
    const expected = (byClass[0]?.[0] ?? []).map((_, channel) =>
      shares.reduce((sum, row, sample) => {
        const curvature = row.reduce((part, share, own) => {
          return part + share * (byClass[own]?.[sample]?.[channel] as number) ** 2;
        }, 0);
        return sum + curvature / 2;
      }, 0),
    );
    const total = (values: Iterable<number>): number => [...values].reduce((sum, value) => sum + value, 0);
    const ratio = total(scores) / total(expected);
    assert.ok(ratio > 0.8 && ratio < 1.25, `${layer}: ${ratio} of the curvature`);
    assertClose(tensor(scores), tensor(expected), 0.4, layer);
  }
});

test('the targets drawn for the curvature are fixed by the seed', async () => {
  const [first, again, other] = [
    await scored('hessian'),
    await scored('hessian'),
    await scored('hessian', { seed: 2 }),
  ];
  assert.deepEqual(again, first);
  assert.notDeepEqual(other, first);
});

test('numbers and yes-or-no targets have gradients too', async () => {
  for (const loss of ['mse', 'huber', 'binary-cross-entropy'] as const) {
    for (const measure of ['taylor', 'hessian']) {
      for (const { scores } of await scored(measure, { loss })) {
        assert.ok(scores.every((score) => Number.isFinite(score) && score >= 0) && scores.some((score) => score > 0));
      }
    }
  }
});

test('on a recurrent network an engine that differentiates by itself finds the same', async () => {
  const steps = drawn([40, 6, 3], 'sequences');
  const labels = Int32Array.from({ length: 40 }, (_, i) => (i * 5) % CLASSES);
  const recurrent = randomise(
    tf.sequential({
      layers: [
        tf.layers.lstm({ name: 'lstm', units: 4, inputShape: [6, 3] }),
        tf.layers.dense({ name: 'classes', units: CLASSES, activation: 'softmax' }),
      ],
    }),
    5,
  );
  const [lstm, classes] = recurrent.layers as [tf.layers.Layer, tf.layers.Layer];
  const activation = lstm.apply(toTf(steps)) as tf.Tensor;
  const chosen = tf.oneHot(Array.from(labels), CLASSES);
  const behind = (value: tf.Tensor): tf.Scalar => tf.sum(tf.mul(chosen, tf.log(classes.apply(value) as tf.Tensor)));
  const products = tf.mul(activation, tf.grad(behind)(activation)).arraySync() as number[][];
  const of = await ourModel(recurrent);
  const split = splitOf(steps, labels);
  const [result] = await measureRelevance(measureOf('taylor'), of, wasm, split, { k: 2, seed: 1 });
  assert.equal(result?.layer, 'lstm');
  assertClose(tensor(result.scores), tensor(sumOfSquares(products)), 1e-4, 'lstm');
  const hessian = await measureRelevance(measureOf('hessian'), of, wasm, split, { k: 2, seed: 1 });
  assert.ok(hessian[0]?.scores.every((score) => score > 0));
});

test('where an operator has no gradient rule, the measure says which and what to do', async () => {
  const builder = new GraphBuilder();
  builder.layer = 'dense';
  const image = builder.addInput({ name: 'input', type: 'float32', shape: [BATCH, 5, 4, 2] });
  const flat = builder.op('Reshape', [image, builder.ints([0, -1])]);
  const weight = (name: string, shape: number[]): string =>
    builder.addWeight({
      name,
      shape,
      trainable: true,
      storage: { type: 'float32' },
      bytes: async () => new Uint8Array(4 * shape.reduce((a, b) => a * b)),
    });
  const dense = builder.op('Gemm', [flat, weight('kernel', [40, 5])]);
  builder.layer = 'odd';
  const odd = builder.op('Det', [dense]);
  builder.declared.set(odd, [BATCH, 5]);
  builder.layer = 'classes';
  builder.addOutput(builder.op('Gemm', [dense, weight('out', [5, CLASSES])]));
  builder.addOutput(odd);
  const graph = builder.build();
  const of: Model = {
    ...model,
    graph: { ...graph, outputs: [...graph.outputs].reverse() },
    layers: [{ name: 'dense', type: 'Step', inputs: [], output: dense, channelsFirst: false, weights: ['kernel'] }],
  };
  await assert.rejects(
    scored('taylor', { layers: ['dense'] }, of),
    (error: unknown) => error instanceof UserError && /no gradient rule for Det.*Choose a measure/.test(error.message),
  );
});
