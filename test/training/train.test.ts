// The training loop: it learns, the same seed gives the same weights, and a run that was stopped goes on as if nothing
// had happened.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { epochOrder } from '../../src/data/batches';
import type { Engine } from '../../src/engines/engine';
import { evaluate } from '../../src/evaluation/evaluate';
import { float32, type Tensor } from '../../src/model/tensor';
import { loadValues, type Values } from '../../src/model/values';
import { learningRateAt } from '../../src/training/schedule';
import {
  Diverged,
  type TrainingHooks,
  type TrainingOptions,
  type TrainingProgress,
  type TrainingState,
  train,
} from '../../src/training/train';
import { ourModel, randomise } from '../layers-model';
import { engine } from '../run';
import { labelsOf } from '../split';
import { fromTf, tf } from '../tensorflow';
import { assertClose } from '../tensors';
import { layers, MODEL, options, SAMPLES, SIDE, SPLIT, START } from './bars';

async function trained(given: TrainingOptions, hooks: TrainingHooks = {}, start: Values = START): Promise<Values> {
  const result = await train(engine, MODEL.graph, start, SPLIT, given, hooks);
  assert.ok(result.finished);
  return result.values;
}

function assertSame(actual: Values, expected: Values): void {
  assert.deepEqual([...actual.keys()].sort(), [...expected.keys()].sort());
  for (const [name, { data }] of expected) assert.ok(sameData(data, actual.get(name)), name);
}

function changed(before: Values, after: Values): string[] {
  return [...before].filter(([name, { data }]) => !sameData(data, after.get(name))).map(([name]) => name);
}

function sameData(data: Tensor['data'], other: Tensor | undefined): boolean {
  return Buffer.from(data.buffer).equals(Buffer.from((other as Tensor).data.buffer));
}

async function accuracy(values: Values): Promise<number> {
  return (await evaluate(engine, MODEL.graph, values, SPLIT)).score;
}

for (const name of ['sgd', 'adam', 'adamw'] as const) {
  test(`a small network learns a small problem by ${name}`, async () => {
    assert.ok((await accuracy(START)) < 0.7);
    assert.equal(await accuracy(await trained(options(name, { epochs: 40 }))), 1);
  });
}

test('training changes every weight and moving average but those of a frozen layer', async () => {
  const after = await trained(options('adam'));
  const frozen = [...START.keys()].filter((name) => name.startsWith('dense/'));
  assert.equal(frozen.length, 2);
  assert.deepEqual(changed(START, after).sort(), [...START.keys()].filter((name) => !frozen.includes(name)).sort());
});

test('the values it starts from stay as they were', async () => {
  const before = new Map(
    [...START].map(([name, { shape, data }]) => [name, float32(shape, Float32Array.from(data as Float32Array))]),
  );
  await trained(options('adam'));
  assertSame(START, before);
});

test('the same seed gives the same weights bit for bit, another seed gives others', async () => {
  const first = await trained(options('sgd'));
  assertSame(await trained(options('sgd')), first);
  assert.notDeepEqual(changed(first, await trained(options('sgd', { seed: 'other' }))), []);
});

/** 48 samples in batches of 8, three epochs. */
const STEPS = 18;

for (const name of ['sgd', 'adam'] as const) {
  for (const stopAfter of [1, 5, 6, 13, STEPS]) {
    test(`${name}: stopped after step ${stopAfter} and resumed, the weights are those of an undisturbed run bit for bit`, async () => {
      const given = options(name);
      let done = 0;
      const stopped = await train(engine, MODEL.graph, START, SPLIT, given, { stopped: () => ++done === stopAfter });
      assert.ok(!stopped.finished);
      assert.equal(stopped.state.step, stopAfter);
      assertSame(await trained(given, { resume: stopped.state }), await trained(given));
    });
  }
}

test('a state kept from the end of an epoch resumes to the same weights, however long training went on after it', async () => {
  const given = options('adam');
  const states: TrainingState[] = [];
  const expected = await trained(given, { onEpoch: async (state) => void states.push(state) });
  assert.deepEqual(
    states.map(({ step }) => step),
    [6, 12],
  );
  for (const resume of states) assertSame(await trained(given, { resume }), expected);
});

test('the zeros of sparse weights stay zero, their other elements and other weights train', async () => {
  const halved = new Map(START);
  const names = ['conv/kernel', 'classes/kernel'];
  for (const name of names) {
    const { shape, data } = START.get(name) as Tensor;
    halved.set(
      name,
      float32(
        shape,
        Float32Array.from(data as Float32Array, (value, i) => (i % 2 === 0 ? 0 : value)),
      ),
    );
  }
  for (const optimizer of ['sgd', 'adam', 'adamw'] as const) {
    const after = await trained(options(optimizer, { sparse: new Set(names) }), {}, halved);
    for (const name of names) {
      ((after.get(name) as Tensor).data as Float32Array).forEach((value, i) => {
        assert.equal(value === 0, i % 2 === 0, `${name} ${i}`);
        assert.ok(!Object.is(value, -0), `${name} ${i}: minus zero would be stored as if it were a number`);
      });
      assert.ok(!sameData((halved.get(name) as Tensor).data, after.get(name)));
    }
    assert.ok(!sameData((START.get('classes/bias') as Tensor).data, after.get('classes/bias')));
  }
});

test('zeros of a weight that is not sparse do train', async () => {
  const zeroed = new Map(START).set('classes/kernel', float32([12, 3], new Float32Array(36)));
  const after = await trained(options('sgd'), {}, zeroed);
  assert.ok((after.get('classes/kernel') as Tensor).data.some((value) => value !== 0));
});

test('progress reaches the last step, and what it says of the loss and accuracy is of this run', async () => {
  const reports: TrainingProgress[] = [];
  await trained(options('adam', { epochs: 40 }), { onProgress: (progress) => void reports.push(progress) });
  const last = reports.at(-1);
  assert.deepEqual([last?.step, last?.steps, last?.batch], [240, 240, 8]);
  assert.ok(last && last.loss > 0 && last.loss < 0.5, `loss ${last?.loss}`);
  assert.ok(last.accuracy !== undefined && last.accuracy > 0.8 && last.accuracy <= 1, `accuracy ${last.accuracy}`);
});

test('a learning rate far too large stops with the step and the rate', async () => {
  await assert.rejects(
    train(
      engine,
      MODEL.graph,
      START,
      SPLIT,
      options('sgd', { epochs: 20, schedule: { name: 'constant', learningRate: 1e20 } }),
    ),
    (error: unknown) => error instanceof Diverged && /step \d+.*1\.00e\+20/.test(error.message),
  );
});

test('no epochs change nothing', async () => {
  assertSame(await trained(options('adam', { epochs: 0 })), START);
});

test('a batch larger than the data set is all of it', async () => {
  const progress: TrainingProgress[] = [];
  await trained(options('adam', { epochs: 2, batch: 1000 }), { onProgress: (report) => void progress.push(report) });
  assert.deepEqual([progress.at(-1)?.steps, progress.at(-1)?.batch], [2, SAMPLES]);
});

test('the moving averages after training are those of the batches, momentum and all', async () => {
  const given = options('sgd', { epochs: 1, batch: SAMPLES, schedule: { name: 'constant', learningRate: 0 } });
  const after = await trained(given);
  const samples = new Float32Array(SAMPLES * SIDE * SIDE);
  await SPLIT.read(
    Array.from({ length: SAMPLES }, (_, i) => i),
    [samples],
  );
  const network = layers();
  const activations = network.layers[0]?.apply(tf.tensor4d(samples, [SAMPLES, SIDE, SIDE, 1])) as tf.Tensor;
  const { mean, variance } = tf.moments(activations, [0, 1, 2]);
  for (const [name, now] of [
    ['norm/moving_mean', mean],
    ['norm/moving_variance', variance],
  ] as const) {
    const old = (START.get(name) as Tensor).data as Float32Array;
    const moved = (after.get(name) as Tensor).data as Float32Array;
    now.dataSync().forEach((value, i) => {
      assert.ok(Math.abs((moved[i] as number) - (0.9 * (old[i] as number) + 0.1 * value)) < 1e-5, name);
    });
  }
});

test('a layer may have the name under which the training graph has its own nodes', async () => {
  for (let named = 0; named < 8; named++) {
    const network = tf.sequential({ layers: [tf.layers.flatten({ inputShape: [SIDE, SIDE, 1] })] });
    for (let i = 0; i < 8; i++) {
      network.add(tf.layers.dense({ units: 3, activation: 'relu', name: i === named ? 'training' : `dense_${i}` }));
    }
    const { graph } = await ourModel(randomise(network, 1));
    const given = options('adam', { epochs: 1, batch: SAMPLES });
    const result = await train(engine, graph, await loadValues(graph), SPLIT, given);
    assert.ok(result.finished);
  }
});

/** The dropout masks of every step of a run. */
async function masksOf(given: TrainingOptions): Promise<Float32Array[]> {
  const masks: Float32Array[] = [];
  const watching: Engine = {
    name: 'watching',
    async compile(graph, values) {
      const program = await engine.compile(graph, values);
      const [mask, ...others] = graph.inputs.filter(({ name }) => name.includes('mask'));
      assert.ok(mask && others.length === 0);
      return {
        dispose: () => program.dispose(),
        run(feeds, into) {
          masks.push(Float32Array.from((feeds[mask.name] as Tensor).data as Float32Array));
          return program.run(feeds, into);
        },
      };
    },
  };
  await train(watching, MODEL.graph, START, SPLIT, given);
  return masks;
}

test('dropout draws another mask at every step, at its rate and fixed by the seed', async () => {
  const masks = await masksOf(options('sgd', { epochs: 10 }));
  assert.equal(masks.length, 60);
  const distinct = new Set(masks.map((mask) => mask.join()));
  assert.equal(distinct.size, masks.length);
  const all = masks.flatMap((mask) => [...mask]);
  const kept = Math.fround(1 / 0.75);
  assert.deepEqual([...new Set(all)].sort(), [0, kept]);
  const dropped = all.filter((value) => value === 0).length / all.length;
  // Five standard deviations of 60 × 96 draws.
  assert.ok(Math.abs(dropped - 0.25) < 0.03, `${dropped}`);
  assert.deepEqual(await masksOf(options('sgd', { epochs: 10 })), masks);
  assert.notDeepEqual(await masksOf(options('sgd', { epochs: 10, seed: 'other' })), masks);
});

/** Without anything random, so that TensorFlow.js can take the same steps. */
function plain(): tf.LayersModel {
  const network = tf.sequential({
    layers: [
      tf.layers.conv2d({ name: 'conv', inputShape: [SIDE, SIDE, 1], filters: 3, kernelSize: 3, activation: 'relu' }),
      tf.layers.maxPooling2d({ name: 'pool', poolSize: 2 }),
      tf.layers.flatten({ name: 'flatten' }),
      tf.layers.dense({ name: 'classes', units: 3 }),
    ],
  });
  return randomise(network, 4);
}

/** The weights after the same batches and rates by TensorFlow.js. */
async function byTensorflow(optimizer: tf.Optimizer, given: TrainingOptions): Promise<Values> {
  const network = plain();
  const steps = (given.epochs * SAMPLES) / given.batch;
  for (let step = 0; step < steps; step++) {
    const position = (step * given.batch) % SAMPLES;
    const order = epochOrder(SAMPLES, given.seed, Math.floor((step * given.batch) / SAMPLES));
    const indices = order.subarray(position, position + given.batch);
    const samples = new Float32Array(given.batch * SIDE * SIDE);
    await SPLIT.read(indices, [samples]);
    const labels = tf.oneHot(
      Array.from(indices, (index) => labelsOf(SPLIT)[index] as number),
      3,
    );
    const rate = learningRateAt(given.schedule, step, steps);
    if ('setLearningRate' in optimizer) (optimizer as tf.SGDOptimizer).setLearningRate(rate);
    optimizer.minimize(() => {
      const logits = network.apply(tf.tensor4d(samples, [given.batch, SIDE, SIDE, 1])) as tf.Tensor2D;
      return tf.losses.softmaxCrossEntropy(labels, logits) as tf.Scalar;
    });
  }
  const values = network.getWeights();
  return new Map(network.weights.map(({ originalName }, i) => [originalName, fromTf(values[i] as tf.Tensor)]));
}

for (const [title, make, changes] of [
  [
    'sgd on a falling rate',
    () => tf.train.momentum(0.05, 0.9),
    { optimizer: { name: 'sgd', momentum: 0.9, weightDecay: 0 } },
  ],
  ['adam', () => tf.train.adam(0.01, 0.9, 0.999, 1e-8), { schedule: { name: 'constant', learningRate: 0.01 } }],
] as const) {
  test(`three epochs of ${title} end at the weights that TensorFlow.js ends at`, async () => {
    const given = options(title === 'adam' ? 'adam' : 'sgd', {
      schedule: { name: 'step', learningRate: 0.05 },
      ...changes,
    });
    const { graph } = await ourModel(plain());
    const result = await train(engine, graph, await loadValues(graph), SPLIT, given);
    assert.ok(result.finished);
    for (const [name, expected] of await byTensorflow(make(), given)) {
      assertClose(result.values.get(name) as Tensor, expected, 1e-4, name);
    }
  });
}
