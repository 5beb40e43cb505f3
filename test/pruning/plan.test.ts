// Which layers can be pruned, which are tied to each other, and what a plan takes from them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { UserError } from '../../src/errors';
import type { Model } from '../../src/model/model';
import { inferShapes } from '../../src/ops/infer';
import { analyseChannels } from '../../src/pruning/channels';
import { cut } from '../../src/pruning/cut';
import { type LayerChannels, layerChannels } from '../../src/pruning/layer-channels';
import { mask } from '../../src/pruning/mask';
import { prunableLayers } from '../../src/pruning/plan';
import { planWidths } from '../../src/pruning/plan-widths';
import type { LayerRelevance } from '../../src/pruning/relevance/score';
import { random } from '../../src/random';
import { ourModel, randomise } from '../layers-model';
import { outputFor } from '../run';
import { tf } from '../tensorflow';
import { assertClose, drawn } from '../tensors';
import { networkOf, recipes } from './random-network';

function layersOf(model: Model): Map<string, LayerChannels> {
  return new Map(layerChannels(model, analyseChannels(model.graph)).map((found) => [found.layer.name, found]));
}

function layerOf(model: Model, name: string): LayerChannels {
  const found = layersOf(model).get(name);
  assert.ok(found, name);
  return found;
}

function widthsOf(model: Model): Map<string, number> {
  return new Map([...layersOf(model)].map(([name, { channels }]) => [name, channels.length]));
}

/** Scores by layer; those of layers that are left out count as 0. */
function relevance(scores: Readonly<Record<string, readonly number[]>>): LayerRelevance[] {
  return Object.entries(scores).map(([layer, own]) => ({ layer, scores: Float64Array.from(own), observations: 0 }));
}

function afterPlan(model: Model, widths: Readonly<Record<string, number>>, scores?: LayerRelevance[]): Model {
  const plan = planWidths(model, scores, new Map(Object.entries(widths)));
  return { ...model, graph: cut(model.graph, plan.channels, plan.removed) };
}

const conv = (name: string, filters: number, kernelSize = 3) =>
  tf.layers.conv2d({ name, filters, kernelSize, padding: 'same', activation: 'relu' });

type Symbolic = tf.SymbolicTensor;

async function functional(input: tf.Shape, body: (x: Symbolic) => Symbolic, classes = 3): Promise<Model> {
  const x = tf.input({ shape: input.slice(), name: 'images' });
  const flat = tf.layers.flatten({ name: 'flatten' }).apply(body(x));
  const scores = tf.layers.dense({ name: 'classes', units: classes, activation: 'softmax' }).apply(flat) as Symbolic;
  return ourModel(randomise(tf.model({ inputs: x, outputs: scores }), 1));
}

/** Two convolutions added up, and a third behind them. */
const residual = await functional([4, 4, 2], (x) => {
  const first = conv('first', 4).apply(x) as Symbolic;
  const second = conv('second', 4).apply(first) as Symbolic;
  const sum = tf.layers.add({ name: 'sum' }).apply([first, second]);
  return conv('third', 5).apply(sum) as Symbolic;
});

/** Two convolutions side by side. */
const joined = await functional([4, 4, 2], (x) => {
  const parts = [conv('left', 3).apply(x), conv('right', 5).apply(x)] as Symbolic[];
  return conv('behind', 4).apply(tf.layers.concatenate({ name: 'join' }).apply(parts)) as Symbolic;
});

/** One convolution joined with itself. */
const doubled = await functional([4, 4, 2], (x) => {
  const part = conv('once', 4).apply(x) as Symbolic;
  return conv('behind', 3).apply(tf.layers.concatenate({ name: 'join' }).apply([part, part])) as Symbolic;
});

/** A pair of narrow convolutions, joined and added to a wide one. */
const mixed = await functional([4, 4, 2], (x) => {
  const parts = [conv('left', 2).apply(x), conv('right', 2).apply(x)] as Symbolic[];
  const wide = conv('wide', 4).apply(x) as Symbolic;
  const join = tf.layers.concatenate({ name: 'join' }).apply(parts) as Symbolic;
  return tf.layers.add({ name: 'sum' }).apply([join, wide]) as Symbolic;
});

test('layers added up are reported as coupled, a layer behind them is not', () => {
  assert.deepEqual(layerOf(residual, 'first').coupled, ['second']);
  assert.deepEqual(layerOf(residual, 'second').coupled, ['first']);
  assert.deepEqual(layerOf(residual, 'third').coupled, []);
});

test('coupled layers are cut together, by the mean of their scores', () => {
  const scores = relevance({ first: [9, 1, 5, 5], second: [1, 2, 9, 9] });
  const plan = planWidths(residual, scores, new Map([['first', 2]]));
  // Means: 5, 1.5, 7, 7.
  const cuts = plan.cuts.map(({ layer, removed }) => [layer, removed]);
  assert.deepEqual(cuts, [
    ['first', [0, 1]],
    ['second', [0, 1]],
  ]);
  assert.deepEqual(
    widthsOf(afterPlan(residual, { first: 2 }, scores)),
    new Map([
      ['first', 2],
      ['second', 2],
      ['third', 5],
      ['classes', 3],
    ]),
  );
});

test('a width for each of two coupled layers cuts them once', () => {
  assert.equal(widthsOf(afterPlan(residual, { first: 3, second: 3 })).get('first'), 3);
});

test('the parts of a concatenation are pruned each on their own', async () => {
  assert.deepEqual(layerOf(joined, 'left').coupled, []);
  assert.deepEqual(layerOf(joined, 'right').coupled, []);
  const smaller = afterPlan(joined, { right: 2 }, relevance({ right: [5, 1, 4, 1, 1] }));
  assert.deepEqual(
    widthsOf(smaller),
    new Map([
      ['left', 3],
      ['right', 2],
      ['behind', 4],
      ['classes', 3],
    ]),
  );
  // The kernel behind reads left's three, then right's first and third.
  const [before, after] = [joined, smaller].map(({ graph }) => graph.weights.get('behind/kernel')?.shape);
  assert.deepEqual(
    [before, after],
    [
      [3, 3, 8, 4],
      [3, 3, 5, 4],
    ],
  );
});

test('a channel of a value concatenated with itself is cut out of both copies', async () => {
  const channels = analyseChannels(doubled.graph);
  const own = layerOf(doubled, 'once').channels;
  const removed = new Set([own[1] as number, own[2] as number]);
  const smaller = cut(doubled.graph, channels, removed);
  assert.deepEqual(smaller.weights.get('once/kernel')?.shape, [3, 3, 2, 2]);
  assert.deepEqual(smaller.weights.get('behind/kernel')?.shape, [3, 3, 4, 3]);
  const samples = drawn([2, 4, 4, 2], 'samples');
  assertClose(
    await outputFor(smaller, samples),
    await outputFor(mask(doubled.graph, channels, removed), samples),
    1e-5,
    'outputs',
  );
});

test("what leads to the model's output can't be pruned, and says why", () => {
  const { frozen } = layerOf(residual, 'classes');
  assert.match(frozen ?? '', /normalises|output/);
  assert.throws(
    () => prunableLayers(residual, ['classes']),
    (error: unknown) =>
      error instanceof UserError && error.message.includes('"classes"') && error.message.includes(frozen as string),
  );
  assert.deepEqual(
    prunableLayers(residual, undefined).map(({ layer }) => layer.name),
    ['first', 'second', 'third'],
  );
});

test('a layer that is not there, or has no channels, is named with those that have', () => {
  for (const name of ['nowhere', 'flatten']) {
    assert.throws(
      () => prunableLayers(residual, ['first', name]),
      (error: unknown) =>
        error instanceof UserError &&
        error.message.includes(`"${name}"`) &&
        error.message.includes('first, second, third'),
    );
  }
});

test('the least relevant channels go, the order of the others is kept, the first of several equal ones goes first', () => {
  const plan = planWidths(joined, relevance({ right: [3, 1, 2, 1, 1] }), new Map([['right', 3]]));
  assert.deepEqual(plan.cuts, [{ layer: 'right', channels: 5, removed: [1, 3] }]);
});

test('a layer that is narrow enough already stays as it is', () => {
  assert.deepEqual(
    planWidths(
      joined,
      undefined,
      new Map([
        ['left', 3],
        ['right', 9],
      ]),
    ).cuts,
    [],
  );
});

test('a width of nothing leaves one channel', () => {
  for (const width of [0, -3, 0.4]) {
    const smaller = afterPlan(joined, { left: width, right: width, behind: width });
    assert.deepEqual(
      widthsOf(smaller),
      new Map([
        ['left', 1],
        ['right', 1],
        ['behind', 1],
        ['classes', 3],
      ]),
    );
  }
});

test('a layer keeps its last channel where another, tied to part of it, is cut down', () => {
  const scores = relevance({ left: [1, 1], right: [8, 8], wide: [1, 1, 8, 8] });
  const smaller = afterPlan(mixed, { wide: 1 }, scores);
  assert.deepEqual(
    widthsOf(smaller),
    new Map([
      ['left', 1],
      ['right', 1],
      ['wide', 2],
      ['classes', 3],
    ]),
  );
});

/** Neurons made into an image, as a decoder does: a channel of the image is 4 neurons. */
const decoder = await functional([4], (x) => {
  const neurons = tf.layers.dense({ name: 'neurons', units: 12, activation: 'relu' }).apply(x);
  return conv('image', 3).apply(
    tf.layers.reshape({ name: 'shape', targetShape: [2, 2, 3] }).apply(neurons),
  ) as Symbolic;
});

test('a layer whose channels are several neurons each comes down to the next width it can have', () => {
  for (const [asked, made] of [
    [12, 12],
    [11, 12],
    [8, 8],
    [5, 8],
    [4, 4],
    [1, 4],
  ]) {
    assert.equal(widthsOf(afterPlan(decoder, { neurons: asked as number })).get('neurons'), made, `${asked}`);
  }
});

test('on random networks, any plan can be cut and leaves every layer a channel and the width it was given', () => {
  let exact = 0;
  fc.assert(
    fc.property(recipes, fc.nat(4), (recipe, wanted) => {
      const model = networkOf(recipe);
      const layers = layerChannels(model, analyseChannels(model.graph));
      const source = random('scores', recipe.seed);
      const scores = layers.map(({ layer, channels }) => ({
        layer: layer.name,
        scores: Float64Array.from(channels, () => source.next()),
        observations: 0,
      }));
      const plan = planWidths(model, scores, new Map(layers.map(({ layer }) => [layer.name, wanted])));
      const shapes = inferShapes(cut(model.graph, plan.channels, plan.removed));
      for (const { output, channels, coupled } of layers) {
        const width = Number(shapes.get(output.value)?.[output.axis]);
        assert.ok(width >= 1);
        const simple = coupled.length === 0 && new Set(channels).size === channels.length;
        if (!simple || channels.some((channel) => plan.channels.frozen(channel) !== undefined)) continue;
        assert.equal(width, Math.min(channels.length, Math.max(1, wanted)));
        exact++;
      }
    }),
    { numRuns: 200, seed: 1 },
  );
  assert.ok(exact > 100, `only ${exact} layers were free`);
});

test('on random networks, a plan cuts no channel that scores higher than one it keeps in the same layer', () => {
  let compared = 0;
  fc.assert(
    fc.property(recipes, (recipe) => {
      const model = networkOf(recipe);
      for (const { layer, channels, coupled, frozen } of layerChannels(model, analyseChannels(model.graph))) {
        if (coupled.length > 0 || frozen !== undefined || new Set(channels).size < channels.length) continue;
        const source = random('scores', recipe.seed, layer.name);
        const scores = Float64Array.from(channels, () => source.next());
        const width = Math.ceil(channels.length / 2);
        const plan = planWidths(
          model,
          [{ layer: layer.name, scores, observations: 0 }],
          new Map([[layer.name, width]]),
        );
        const removed = plan.cuts.find((own) => own.layer === layer.name)?.removed ?? [];
        const kept = [...scores.keys()].filter(
          (i) => !removed.includes(i) && !plan.channels.frozen(channels[i] as number),
        );
        for (const gone of removed)
          for (const stays of kept) assert.ok((scores[gone] as number) <= (scores[stays] as number));
        compared += removed.length * kept.length;
      }
    }),
    { numRuns: 200, seed: 2 },
  );
  assert.ok(compared > 500);
});
