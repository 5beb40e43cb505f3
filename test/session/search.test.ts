// The search for the smallest network: what it tries next follows from what is on record.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildModel } from '../../src/architectures/index';
import { UserError } from '../../src/errors';
import { costOf } from '../../src/ops/cost';
import { random } from '../../src/random';
import { makeRecipe } from '../../src/session/recipe';
import type { IterationRecord } from '../../src/session/record';
import { searchCourse, searchRule } from '../../src/session/search';
import { accepts, parseUntil, type ScoreRule } from '../../src/session/until';
import { ourModel, randomise } from '../layers-model';
import { engine } from '../run';
import { tf } from '../tensorflow';

const MODEL = buildModel('lenet5', { inputShape: [28, 28, 1], classes: 10, seed: 1 });
const METRIC = { name: 'accuracy', title: 'accuracy', better: 'higher', unit: 'share' } as const;

const RULE = parseUntil('accuracy>=98%') as ScoreRule;
const RECIPE = makeRecipe(
  { model: 'm', data: { source: 'digits' }, prune: { method: 'search', measure: 'l1' } },
  '/',
  'test',
);

function record(index: number, fields: Partial<IterationRecord>): IterationRecord {
  return {
    index,
    kind: index === 0 ? 'original' : 'neurons',
    title: '',
    parameters: 1000,
    nonZero: 1000,
    macs: 0,
    bytes: 4000,
    metric: METRIC,
    score: 0.99,
    interval: [0.98, 1],
    validationScore: 0.99,
    validationPValue: 1,
    cuts: [],
    relevance: [],
    layers: [],
    seconds: 1,
    ...fields,
  };
}

interface Tried {
  readonly from: number;
  readonly parameters: number;
  readonly accepted: boolean;
}

/** Runs a search on networks that are good enough down to so many parameters. */
function search(smallest: number, { polishing = 0.99, lastEpochs = 3 } = {}) {
  const recipe = makeRecipe(
    { model: 'm', data: { source: 'digits' }, prune: { method: 'search', measure: 'l1' }, retrain: { lastEpochs } },
    '/',
    'test',
  );
  const rule = parseUntil('accuracy>=98%') as ScoreRule;
  const course = searchCourse(recipe, MODEL, rule);
  const records: IterationRecord[] = [];
  const tried: Tried[] = [];
  for (let step = course.next(records); step !== undefined; step = course.next(records)) {
    const index = records.length;
    assert.ok(index < 100, 'the search goes on for ever');
    const start = records[step.from];
    const share = Number(/^([\d.]+) %/.exec(step.stage.title)?.[1] ?? 0) / 100;
    const parameters = Math.max(1, Math.round((start?.parameters ?? 1000) * (1 - share)));
    const good = parameters >= smallest;
    const validationScore = step.stage.kind === 'training' ? polishing : good ? 0.985 : 0.9;
    const from = step.from === index - 1 ? {} : { from: step.from };
    const made = record(index, { kind: step.stage.kind, parameters, validationScore, ...from });
    records.push(made);
    tried.push({ from: step.from, parameters, accepted: accepts(rule, made) });
  }
  return { tried, records, chosen: course.chosen(records), course };
}

test('cuts grow while they are accepted, and are halved where one is refused', () => {
  const { tried } = search(200);
  const shares = tried.slice(1).map(({ from, parameters }) => 1 - parameters / (tried[from]?.parameters ?? 1));
  assert.ok(Math.abs((shares[0] ?? 0) - 0.4) < 0.01);
  assert.ok(Math.abs((shares[1] ?? 0) - 0.6) < 0.01);
  const first = tried.slice(1).findIndex(({ accepted }) => !accepted);
  const after = shares.slice(first, -1);
  after.forEach((share, i) => {
    const next = after[i + 1];
    if (next === undefined) return;
    const wanted = tried[first + 1 + i]?.accepted ? share : share / 2;
    assert.ok(Math.abs(next - wanted) < 0.01, `${next} after ${share}, where ${wanted} should be`);
  });
});

test('after a refusal cuts grow again once two in a row were accepted, never to what was refused', () => {
  const accepted = [true, false, true, true, true, true, true, true, false, true];
  const course = searchCourse(RECIPE, MODEL, RULE);
  let parameters = 1_000_000;
  const records: IterationRecord[] = [];
  const shares = accepted.map((good, i) => {
    const { stage, from } = course.next(i === 0 ? [record(0, {})] : records) ?? {};
    const share = Number(/^([\d.]+) %/.exec(stage?.title ?? '')?.[1]) / 100;
    if (i === 0) records.push(record(0, { parameters }));
    const made = Math.round((records[from ?? 0]?.parameters ?? 0) * (1 - share));
    if (good) parameters = made;
    records.push(
      record(i + 1, { kind: 'neurons', from: from ?? 0, parameters: made, validationScore: good ? 0.985 : 0.9 }),
    );
    return share;
  });
  assert.deepEqual(shares, [0.4, 0.6, 0.3, 0.3, 0.45, 0.45, 0.45, 0.45, 0.45, 0.22]);
});

test('a cut that was refused is not made again from the same model: the next smaller one is, or the search is over', async () => {
  const layers = [tf.layers.dense({ inputShape: [8], units: 3, activation: 'relu' }), tf.layers.dense({ units: 2 })];
  const coarse = await ourModel(randomise(tf.sequential({ layers }), 1));
  const course = searchCourse(RECIPE, coarse, RULE);
  const context = { engine, onMeasure: () => undefined, stopped: () => false };
  const records = [record(0, { parameters: costOf(coarse).parameters })];
  const seen = new Set<string>();
  for (let step = course.next(records); step?.stage.kind === 'neurons'; step = course.next(records)) {
    assert.ok(records.length < 20, 'the search goes on for ever');
    const applied = await step.stage.apply(coarse, context);
    const made = JSON.stringify(applied.cuts);
    assert.ok(!seen.has(made), `${made} again`);
    seen.add(made);
    const { parameters } = costOf(applied.model);
    records.push(
      record(records.length, { kind: 'neurons', from: 0, parameters, cuts: applied.cuts, validationScore: 0.9 }),
    );
  }
  assert.ok(seen.size > 1);
});

test('a cut starts from the last network that was accepted', () => {
  const { tried } = search(200);
  for (const [i, { from }] of tried.slice(0, -1).entries()) {
    if (i === 0) continue;
    const last = tried.slice(0, i).findLastIndex(({ accepted }) => accepted);
    assert.equal(from, last);
  }
});

test('the search ends within a twentieth of the smallest network that is good enough', () => {
  for (const smallest of [3, 50, 400, 990]) {
    const { records, chosen } = search(smallest);
    const found = records[chosen]?.parameters ?? 0;
    assert.ok(found >= smallest && found * 0.9 <= Math.max(smallest, 5), `${found} where ${smallest} would do`);
  }
});

test('the network that was found is trained for longer, which is taken where it is no worse', () => {
  const better = search(200, { polishing: 0.99 });
  assert.equal(better.records.at(-1)?.kind, 'training');
  assert.equal(better.chosen, better.records.length - 1);
  const worse = search(200, { polishing: 0.981 });
  assert.equal(worse.records.at(-1)?.kind, 'training');
  assert.notEqual(worse.chosen, worse.records.length - 1);
  assert.notEqual(search(200, { lastEpochs: 0 }).records.at(-1)?.kind, 'training');
});

test('where not even the smallest cut is good enough, the original is the result', () => {
  const { chosen, records } = search(1000);
  assert.equal(chosen, 0);
  assert.equal(records.at(-1)?.kind, 'neurons', 'and is not trained on');
});

test('a search that is stopped at any moment goes on as it would have', () => {
  const { records, course, tried } = search(120);
  for (const count of records.keys()) {
    assert.equal(course.next(records.slice(0, count))?.from, tried[count]?.from);
  }
});

/**
 * Searches on networks that lose the more the smaller they are, judged on 6,000 validation samples and, in the end, on
 * 10,000 test samples. Returns the share of them that end in a significant loss.
 */
function significantLosses(rule: ScoreRule, searches: number): number {
  const recipe = makeRecipe(
    {
      model: 'm',
      data: { source: 'digits' },
      prune: { method: 'search', measure: 'l1' },
      retrain: { lastEpochs: 0 },
    },
    '/',
    'test',
  );
  const course = searchCourse(recipe, MODEL, rule);
  const source = random('simulated searches');
  const lossOf = (parameters: number): number => 0.0012 * (20_000 / parameters) - 0.0005;
  // Paired outcomes differ on about 0.4 % of the samples, by which the observed loss strays from the true one.
  const pValue = (parameters: number, samples: number): number => {
    const loss = lossOf(parameters);
    const z = loss / Math.sqrt((0.004 + Math.abs(loss)) / samples) + source.normal();
    return 1 / (1 + Math.exp(0.07056 * z ** 3 + 1.5976 * z));
  };
  let significant = 0;
  for (let i = 0; i < searches; i++) {
    const records: IterationRecord[] = [];
    for (let step = course.next(records); step !== undefined; step = course.next(records)) {
      const share = Number(/^([\d.]+) %/.exec(step.stage.title)?.[1] ?? 0) / 100;
      const parameters = Math.round((records[step.from]?.parameters ?? 1_000_000) * (1 - share));
      const from = step.from === records.length - 1 ? {} : { from: step.from };
      const validationPValue = records.length === 0 ? 1 : pValue(parameters, 6000);
      records.push(record(records.length, { parameters, validationPValue, ...from }));
    }
    const result = records[course.chosen(records)]?.parameters ?? 0;
    if (pValue(result, 10_000) <= 0.05) significant++;
  }
  return significant / searches;
}

test('a search that tests many networks seldom ends in a significant loss on data that no decision saw', () => {
  assert.ok(
    significantLosses(parseUntil('significant') as ScoreRule, 100) > 0.5,
    'with the level of a single test it would',
  );
  assert.ok(significantLosses(searchRule() as ScoreRule, 100) < 0.3);
});

test('a rule about the score is read as written', () => {
  assert.deepEqual(parseUntil('accuracy>=99.2%'), { rule: 'score', metric: 'accuracy', limit: 0.992 });
  assert.deepEqual(parseUntil('mse <= 0.1'), { rule: 'score', metric: 'mse', limit: 0.1 });
  assert.throws(() => parseUntil('accuracy<=99%'), UserError);
  assert.throws(() => parseUntil('mse>=1'), UserError);
});

test('a rule about the score holds the validation score against it', () => {
  const rule = parseUntil('accuracy>=99%');
  assert.equal(accepts(rule, record(1, { validationScore: 0.99 })), true);
  assert.equal(accepts(rule, record(1, { validationScore: 0.9899, score: 1 })), false);
  const lower = { ...METRIC, name: 'mse', better: 'lower', unit: 'number' } as const;
  assert.equal(accepts(parseUntil('mse<=0.1'), record(1, { validationScore: 0.09, metric: lower })), true);
  assert.equal(accepts(parseUntil('mse<=0.1'), record(1, { validationScore: 0.11, metric: lower })), false);
});
