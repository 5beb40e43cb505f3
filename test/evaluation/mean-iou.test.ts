// Mean IoU against Keras, pixels that are ignored, and the test of a score that is no mean over the samples.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ClassTarget, Split, Target } from '../../src/data/dataset';
import { evaluate } from '../../src/evaluation/evaluate';
import { meanOverClasses } from '../../src/evaluation/metrics/mean-iou';
import type { MetricName } from '../../src/evaluation/metrics/metric';
import { type Counts, isCounts } from '../../src/evaluation/outcomes';
import { permutationTest } from '../../src/evaluation/permutation';
import type { Graph } from '../../src/model/graph';
import { float32 } from '../../src/model/tensor';
import { engine } from '../run';
import { classTarget, splitOf } from '../split';
import { wasm } from '../tensorflow-engines';

/** A network that says what it is fed. */
function identity(shape: readonly number[]): Graph {
  return {
    inputs: [{ name: 'x', type: 'float32', shape: ['batch', ...shape] }],
    outputs: [{ name: 'y', type: 'float32', shape: ['batch', ...shape] }],
    nodes: [{ name: 'same', type: 'Identity', inputs: ['x'], outputs: ['y'], attributes: {}, layer: '' }],
    weights: new Map(),
    constants: new Map(),
  };
}

/** Two pictures of 2×3 pixels and five classes, of which two never occur where something is known. */
const LABELS = [0, 0, 1, 1, 2, 255, 0, 2, 255, 1, 1, 0];
const SAID = [0, 1, 1, 1, 2, 3, 0, 0, 2, 1, 1, 0];
const CLASSES = 5;

/** Scores, a one for what is said: channels last or first. */
function said(first: boolean): { scores: Float32Array; shape: number[] } {
  const scores = new Float32Array(SAID.length * CLASSES);
  SAID.forEach((own, i) => {
    const [picture, pixel] = [Math.floor(i / 6), i % 6];
    scores[first ? (picture * CLASSES + own) * 6 + pixel : i * CLASSES + own] = 1;
  });
  return { scores, shape: first ? [CLASSES, 2, 3] : [2, 3, CLASSES] };
}

async function judged(target: Target, { scores, shape }: { scores: Float32Array; shape: number[] }, name: MetricName) {
  const split: Split = { ...splitOf(float32([2, ...shape], scores)), targets: [target] };
  const results = [];
  for (const own of [engine, wasm]) results.push(await evaluate(own, identity(shape), new Map(), split, name));
  const [result, other] = results;
  assert.ok(result && other);
  assert.deepEqual([other.score, other.interval], [result.score, result.interval]);
  return result;
}

const MASKS: ClassTarget = {
  ...classTarget(Int32Array.from(LABELS)),
  classes: 3,
  shape: [2, 3],
  ignored: 255,
};

test("mean IoU is Keras' on a worked example: ignored pixels do not count, nor classes that nobody says or has", async () => {
  for (const first of [false, true]) {
    const { score, metric, interval } = await judged(MASKS, said(first), 'mean-iou');
    // keras.metrics.MeanIoU(num_classes=5, ignore_class=255) of Keras 3.15: 0.6333, from 3/5, 4/5 and 1/2.
    assert.ok(Math.abs(score - 0.633333) < 1e-6, String(score));
    assert.equal(metric.title, 'mean IoU');
    assert.ok(0 <= interval[0] && interval[0] < score && score < interval[1] && interval[1] <= 1);
  }
  // The same labels without an ignored one, 255 being 0: 0.3905 by Keras.
  const all = { ...MASKS, labels: Int32Array.from(LABELS, (label) => label % 255) };
  const { ignored: _, ...everything } = all;
  const { score } = await judged(everything, said(false), 'mean-iou');
  assert.ok(Math.abs(score - 0.390476) < 1e-6, String(score));
});

test('of pixels that are yes or no, both are classes', async () => {
  const answers = [0, 1, 0, 1, 1, 0];
  const target: Target = {
    kind: 'binary',
    name: 'masks',
    output: 0,
    shape: [3, 1],
    read: async (indices, out) => {
      for (const [i, index] of Array.from(indices).entries()) out.set(answers.slice(3 * index, 3 * index + 3), 3 * i);
    },
  };
  const scores = Float32Array.of(0.1, 0.2, 0.4, 0.7, 0.9, 0.6).map((probability) =>
    Math.log(probability / (1 - probability)),
  );
  // keras.metrics.BinaryIoU(target_class_ids=[0, 1], threshold=0.5): 0.5.
  assert.equal((await judged(target, { scores, shape: [3, 1] }, 'mean-iou')).score, 0.5);
});

test('accuracy is the share of all pixels that are known, however many a picture has of them', async () => {
  const { score, outcomes } = await judged(MASKS, said(false), 'accuracy');
  assert.equal(score, 8 / 10);
  assert.ok(isCounts(outcomes));
  assert.deepEqual([...outcomes.counts], [4, 5, 4, 5]);
});

/** So many pictures, each of 100 pixels of one of three classes, of which some are said to be the next one. */
function counts(pictures: number, wrong: (picture: number) => number): Counts {
  const list = Array.from({ length: pictures }, (_, i) => {
    const [own, next, missed] = [i % 3, (i + 1) % 3, wrong(i)];
    const row = new Array<number>(9).fill(0);
    row[own] = 100 - missed;
    row[3 + own] = 100 - missed;
    row[3 + next] = missed;
    row[6 + own] = 100;
    return row;
  });
  return { width: 9, counts: Float64Array.from(list.flat()), score: meanOverClasses };
}

test('a loss of mean IoU on many pictures is significant, one on a single picture is not, and none has p = 1', () => {
  const before = counts(60, (i) => i % 5);
  assert.equal(permutationTest(before, before), 1);
  assert.ok(
    permutationTest(
      before,
      counts(60, (i) => (i % 5) + 1),
    ) < 0.001,
  );
  assert.ok(
    permutationTest(
      before,
      counts(60, (i) => (i === 7 ? 90 : i % 5)),
    ) > 0.4,
  );
  assert.ok(
    permutationTest(
      counts(60, (i) => (i % 5) + 1),
      before,
    ) > 0.99,
  );
});

test('where nothing is lost, p is below 0.05 about as often as it says', () => {
  let below = 0;
  for (let run = 0; run < 200; run++) {
    const noise = (i: number, side: number): number => ((i * 7919 + run * 104729 + side * 15485863) % 997) % 20;
    if (
      permutationTest(
        counts(40, (i) => noise(i, 0)),
        counts(40, (i) => noise(i, 1)),
        run,
        400,
      ) <= 0.05
    )
      below++;
  }
  assert.ok(below <= 20, `${below} of 200`);
});
