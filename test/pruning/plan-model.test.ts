// Plans for the whole model: a share of all channels, a size to reach, and what holds for every plan.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { buildModel } from '../../src/architectures/index';
import { UserError } from '../../src/errors';
import type { Model } from '../../src/model/model';
import { costOf } from '../../src/ops/cost';
import { type Candidates, candidatesOf, channelCount, type PlanLimits } from '../../src/pruning/candidates';
import { analyseChannels } from '../../src/pruning/channels';
import { cut } from '../../src/pruning/cut';
import { layerChannels } from '../../src/pruning/layer-channels';
import { mask } from '../../src/pruning/mask';
import type { Plan } from '../../src/pruning/plan';
import { planGlobal } from '../../src/pruning/plan-global';
import { planTarget } from '../../src/pruning/plan-target';
import { planLayers, widthsFor } from '../../src/pruning/plan-widths';
import type { Ranking } from '../../src/pruning/relevance/reduction';
import type { LayerRelevance } from '../../src/pruning/relevance/score';
import { shareOf } from '../../src/pruning/share';
import { random } from '../../src/random';
import { ourModel, randomise } from '../layers-model';
import { outputFor } from '../run';
import { tf } from '../tensorflow';
import { assertClose } from '../tensors';
import { networkOf, recipes, samplesFor } from './random-network';

const RANKING: Ranking = { reduction: 'mean', normalization: 'mean' };

const layersOf = (model: Model) => layerChannels(model, analyseChannels(model.graph));

function drawnScores(model: Model, seed: number): LayerRelevance[] {
  return layersOf(model).map(({ layer, channels }) => {
    const source = random('scores', seed, layer.name);
    return { layer: layer.name, scores: Float64Array.from(channels, () => source.next()), observations: 0 };
  });
}

function candidates(model: Model, limits: PlanLimits = {}, seed = 1) {
  return candidatesOf(model, drawnScores(model, seed), RANKING, limits);
}

function planShare(found: Candidates, share: number, isomorphic = false): Plan {
  return planGlobal(found, shareOf(channelCount(found), share), { isomorphic });
}

function cutBy(model: Model, plan: Plan): Model {
  return { ...model, graph: cut(model.graph, plan.channels, plan.removed) };
}

const widthsOf = (model: Model): Record<string, number> =>
  Object.fromEntries(layersOf(model).map(({ layer, channels }) => [layer.name, channels.length]));

const lenet = buildModel('lenet5', { inputShape: [28, 28, 1], classes: 10, seed: 1 });

type Symbolic = tf.SymbolicTensor;

/** Two residual blocks of alike structure, one plain pair of convolutions in each, and a dense head. */
const residual = await (async (): Promise<Model> => {
  const conv = (name: string, filters: number) =>
    tf.layers.conv2d({ name, filters, kernelSize: 3, padding: 'same', activation: 'relu' });
  const input = tf.input({ shape: [8, 8, 3], name: 'images' });
  let x = conv('stem', 24).apply(input) as Symbolic;
  for (const block of ['one', 'two']) {
    const inner = conv(`${block}_inner`, 32).apply(x);
    x = tf.layers
      .add({ name: `${block}_sum` })
      .apply([x, conv(`${block}_outer`, 24).apply(inner) as Symbolic]) as Symbolic;
  }
  const flat = tf.layers.flatten({ name: 'flatten' }).apply(x);
  const hidden = tf.layers.dense({ name: 'hidden', units: 40, activation: 'relu' }).apply(flat);
  const scores = tf.layers.dense({ name: 'classes', units: 3, activation: 'softmax' }).apply(hidden) as Symbolic;
  return ourModel(randomise(tf.model({ inputs: input, outputs: scores }), 1));
})();

test('a global plan takes the least relevant channels of the model, whatever layer they are in', () => {
  const scores: LayerRelevance[] = [
    { layer: 'conv1', scores: Float64Array.from({ length: 20 }, (_, i) => 1 + i), observations: 0 },
    { layer: 'conv2', scores: Float64Array.from({ length: 50 }, () => 100), observations: 0 },
    { layer: 'dense', scores: Float64Array.from({ length: 500 }, (_, i) => 0.5 + i), observations: 0 },
  ];
  const found = candidatesOf(lenet, scores, { reduction: 'mean', normalization: 'none' });
  const { cuts } = planShare(found, 10 / 570);
  assert.deepEqual(
    cuts.map(({ layer, removed }) => [layer, removed]),
    [
      ['conv1', [0, 1, 2, 3, 4]],
      ['dense', [0, 1, 2, 3, 4]],
    ],
  );
});

test('normalised by their means, layers of different scale lose alike', () => {
  const ramp = (layer: string, length: number, scale: number): LayerRelevance => ({
    layer,
    scores: Float64Array.from({ length }, (_, i) => scale * (i + 1)),
    observations: 0,
  });
  const scores = [ramp('conv1', 20, 1e-3), ramp('conv2', 50, 1), ramp('dense', 500, 1e3)];
  for (const normalization of ['mean', 'max', 'standard'] as const) {
    const found = candidatesOf(lenet, scores, { reduction: 'mean', normalization });
    const widths = widthsOf(cutBy(lenet, planShare(found, 0.5)));
    assert.ok(Math.abs(Number(widths.conv1) - 10) <= 1 && Math.abs(Number(widths.conv2) - 25) <= 1, normalization);
  }
  const raw = candidatesOf(lenet, scores, { reduction: 'mean', normalization: 'none' });
  assert.deepEqual(widthsOf(cutBy(lenet, planShare(raw, 0.12))), { conv1: 1, conv2: 1, dense: 500, classes: 10 });
});

test('a channel of two layers counts by the first, the mean or the largest of its scores', () => {
  const scores: LayerRelevance[] = ['stem', 'one_outer', 'two_outer'].map((layer, i) => ({
    layer,
    scores: Float64Array.from({ length: 24 }, (_, channel) => [channel, -channel, channel === 3 ? 90 : 0][i] as number),
    observations: 0,
  }));
  const least = (reduction: Ranking['reduction']): readonly number[] | undefined => {
    const found = candidatesOf(residual, scores, { reduction, normalization: 'none' }, { layers: ['stem'] });
    return planShare(found, 1 / 24).cuts.find(({ layer }) => layer === 'stem')?.removed;
  };
  assert.deepEqual(least('first'), [0]);
  // Means are 0 but for channel 3, which has 30.
  assert.deepEqual(least('mean'), [0]);
  assert.deepEqual(least('max'), [0]);
  const descending = scores.map((own, i) => (i === 0 ? { ...own, scores: own.scores.map((score) => -score) } : own));
  const found = candidatesOf(residual, descending, { reduction: 'first', normalization: 'none' }, { layers: ['stem'] });
  assert.deepEqual(planShare(found, 1 / 24).cuts.find(({ layer }) => layer === 'two_outer')?.removed, [23]);
});

for (const figure of ['parameters', 'macs', 'bytes'] as const) {
  for (const share of [0.9, 0.5, 0.2]) {
    test(`a target of ${100 * share} % of the ${figure} is met within 1 % and never exceeded, also in multiples of 4`, () => {
      for (const [model, multiple] of [
        [lenet, 1],
        [residual, 1],
        [lenet, 4],
      ] as const) {
        const limit = share * costOf(model)[figure];
        const plan = planTarget(model, candidates(model, { multiple }), { figure, limit });
        const reached = costOf(cutBy(model, plan))[figure];
        assert.ok(reached <= limit && reached >= 0.99 * limit, `${model.name}: ${reached} for ${limit}`);
      }
    });
  }
}

test('a target that a cut cannot reach is refused with what is left at least', () => {
  assert.throws(
    () => planTarget(lenet, candidates(lenet, { protect: ['dense'] }), { figure: 'parameters', limit: 1000 }),
    (error: unknown) => error instanceof UserError && /out of reach: \d[\d,]* are left/.test(error.message),
  );
});

test('a model that is below its target already loses nothing', () => {
  const plan = planTarget(lenet, candidates(lenet), { figure: 'macs', limit: 1e9 });
  assert.deepEqual(plan.cuts, []);
});

test('protected layers and what is coupled with them keep their channels', () => {
  const widths = widthsOf(cutBy(residual, planShare(candidates(residual, { protect: ['stem', 'hidden'] }), 0.5)));
  assert.deepEqual(
    ['stem', 'one_outer', 'two_outer', 'hidden'].map((name) => widths[name]),
    [24, 24, 24, 40],
  );
  assert.ok(Number(widths.one_inner) < 32);
});

test('of named layers alone, and what is coupled with them, channels go', () => {
  const widths = widthsOf(cutBy(residual, planShare(candidates(residual, { layers: ['one_outer'] }), 0.5)));
  assert.deepEqual(widths, {
    stem: 12,
    one_inner: 32,
    one_outer: 12,
    two_inner: 32,
    two_outer: 12,
    hidden: 40,
    classes: 3,
  });
});

test('a layer that is not there is named with those that are', () => {
  for (const limits of [{ layers: ['nowhere'] }, { protect: ['nowhere'] }]) {
    assert.throws(
      () => candidates(lenet, limits),
      (error: unknown) => error instanceof UserError && /"nowhere".*conv1, conv2, dense/.test(error.message),
    );
  }
});

test('a ratio for each layer leaves the others their own', () => {
  const found = candidates(lenet);
  const plan = planLayers(
    found,
    widthsFor(found, (layer) => ({ conv1: 0.25, conv2: 0 })[layer] ?? 0.5),
  );
  assert.deepEqual(widthsOf(cutBy(lenet, plan)), { conv1: 15, conv2: 50, dense: 250, classes: 10 });
});

test('an isomorphic plan compares inner layers of blocks with each other and takes the same share of every structure', () => {
  const found = candidates(residual);
  const classes = new Map(
    found.choices.map(({ neurons, isomorphism }) => [[...neurons.keys()].join('+'), isomorphism()]),
  );
  assert.equal(classes.get('one_inner'), classes.get('two_inner'));
  assert.equal(new Set(classes.values()).size, 3);
  // Inner channels score far less than all others: ranked with them, they alone would go.
  const scores = drawnScores(residual, 1).map((own) =>
    own.layer.endsWith('inner') ? { ...own, scores: own.scores.map((score) => score / 1000) } : own,
  );
  const ranked = candidatesOf(residual, scores, { reduction: 'mean', normalization: 'none' });
  const widths = widthsOf(cutBy(residual, planShare(ranked, 0.25, true)));
  assert.equal(Number(widths.one_inner) + Number(widths.two_inner), 48);
  assert.deepEqual([widths.stem, widths.hidden], [18, 30]);
  const mixed = widthsOf(cutBy(residual, planShare(ranked, 0.25)));
  assert.deepEqual([mixed.stem, mixed.hidden], [24, 40]);
});

/** What a layer may be left with: its width as it was, or one within the limits. */
function assertWithin(model: Model, plan: Plan, { minimumWidth = 1, multiple = 1 }: PlanLimits): number {
  const after = widthsOf(cutBy(model, plan));
  let checked = 0;
  for (const { layer, channels } of layersOf(model)) {
    const width = Number(after[layer.name]);
    assert.ok(width >= 1);
    const cuttable = channels.filter((channel) => plan.channels.frozen(channel) === undefined).length;
    if (width === channels.length || cuttable < channels.length) continue;
    assert.ok(width >= minimumWidth, `${layer.name}: ${width} of at least ${minimumWidth}`);
    assert.equal(width % multiple, 0, `${layer.name}: ${width} is no multiple of ${multiple}`);
    checked++;
  }
  return checked;
}

test('on random networks, every plan can be cut, keeps to its limits, and computes what silencing its channels does', async () => {
  let [checked, cuts] = [0, 0];
  await fc.assert(
    fc.asyncProperty(
      recipes,
      fc.constantFrom(1, 2, 3),
      fc.constantFrom(1, 2, 4),
      async (recipe, multiple, minimumWidth) => {
        const model = networkOf(recipe);
        const limits = { multiple, minimumWidth };
        const found = candidates(model, limits, recipe.seed);
        const plans = [
          planLayers(
            found,
            widthsFor(found, () => 0.5),
          ),
          planShare(found, 0.4),
          planShare(found, 0.4, true),
        ];
        const before = costOf(model).parameters;
        const least = costOf(cutBy(model, planShare(found, 1))).parameters;
        const limit = (before + least) / 2;
        plans.push(planTarget(model, found, { figure: 'parameters', limit }));
        for (const plan of plans) checked += assertWithin(model, plan, limits);
        const [plan] = plans.filter(({ removed }) => removed.size > 0).slice(-1);
        if (plan === undefined) return;
        cuts++;
        const samples = samplesFor(recipe);
        const silenced = await outputFor(mask(model.graph, plan.channels, plan.removed), samples);
        assertClose(await outputFor(cutBy(model, plan).graph, samples), silenced, 1e-5, 'outputs');
      },
    ),
    { numRuns: 100, seed: 1 },
  );
  assert.ok(checked > 100 && cuts > 40, `${checked} widths, ${cuts} cuts`);
});

test('no narrow layer goes whole to come closer to a target, where what a channel is worth counts for what it saves', () => {
  const limit = 0.9 * costOf(lenet).macs;
  for (let seed = 1; seed <= 5; seed++) {
    const { cuts } = planTarget(
      lenet,
      candidates(lenet, { multiple: 4 }, seed),
      { figure: 'macs', limit },
      { perCost: true, sparing: true },
    );
    const dense = cuts.find(({ layer }) => layer === 'dense');
    assert.ok((dense?.removed.length ?? 0) <= 0.3 * 500, `${dense?.removed.length} of 500 neurons`);
  }
});
