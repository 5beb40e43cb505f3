// The paired permutation test against the exact distribution it samples.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { PERMUTATIONS, permutationTest } from '../../src/evaluation/permutation';

interface Outcomes {
  readonly before: Uint8Array;
  readonly after: Uint8Array;
}

/** Samples that only the first model gets right, that only the second does, that both do and that neither does. */
function outcomes(losses: number, gains: number, both = 20, neither = 5): Outcomes {
  const times = (count: number, value: number): number[] => new Array<number>(count).fill(value);
  return {
    before: Uint8Array.of(...times(losses, 1), ...times(gains, 0), ...times(both, 1), ...times(neither, 0)),
    after: Uint8Array.of(...times(losses, 0), ...times(gains, 1), ...times(both, 1), ...times(neither, 0)),
  };
}

function pValue({ before, after }: Outcomes, seed?: number): number {
  return permutationTest(before, after, seed);
}

/** P(at least `least` of `count` fair coins show heads). */
function binomialTail(count: number, least: number): number {
  let [term, sum] = [0.5 ** count, 0];
  for (let heads = 0; heads <= count; heads++) {
    if (heads >= least) sum += term;
    term *= (count - heads) / (heads + 1);
  }
  return sum;
}

/** Five standard deviations of a share of that many draws. */
function samplingError(p: number): number {
  return 5 * Math.sqrt((p * (1 - p)) / PERMUTATIONS) + 2 / PERMUTATIONS;
}

test('identical outcomes give p = 1', () => {
  assert.equal(pValue(outcomes(0, 0)), 1);
  assert.equal(pValue(outcomes(0, 0, 0, 0)), 1);
});

test('a clear loss gives p below 0.001, and never nothing', () => {
  for (const losses of [30, 64, 500]) {
    const p = pValue(outcomes(losses, 2, 10_000));
    assert.ok(p < 0.001 && p > 0, `${losses}: ${p}`);
  }
});

test('a loss of one sample in two thousand is no significant loss', () => {
  assert.ok(pValue(outcomes(1, 0, 2000)) > 0.05);
});

test('p is the exact binomial tail within sampling error, for up to 100 samples on which the models differ', () => {
  const counts = fc.record({ losses: fc.nat(50), gains: fc.nat(50), seed: fc.nat() });
  fc.assert(
    fc.property(counts, ({ losses, gains, seed }) => {
      const exact = binomialTail(losses + gains, losses);
      const p = pValue(outcomes(losses, gains), seed);
      assert.ok(
        Math.abs(p - exact) <= samplingError(exact),
        `${losses} losses, ${gains} gains: ${p}, exactly ${exact}`,
      );
    }),
    { numRuns: 60, seed: 1 },
  );
});

test('p is exact where 32, 33 and 64 samples differ: whole words of random bits, and one bit more', () => {
  for (const count of [31, 32, 33, 63, 64, 65]) {
    const losses = Math.ceil(count / 2) + 3;
    const exact = binomialTail(count, losses);
    const p = pValue(outcomes(losses, count - losses));
    assert.ok(Math.abs(p - exact) <= samplingError(exact), `${count}: ${p}, exactly ${exact}`);
  }
});

test('both directions together hold every permutation once, and those equal to what was observed twice', () => {
  for (const [losses, gains] of [
    [3, 1],
    [10, 4],
    [6, 6],
  ] as const) {
    const { before, after } = outcomes(losses, gains);
    const equal = binomialTail(losses + gains, losses) - binomialTail(losses + gains, losses + 1);
    const sum = permutationTest(before, after) + permutationTest(after, before);
    assert.ok(Math.abs(sum - (1 + equal)) <= 2 * samplingError(0.5), `${losses}, ${gains}: ${sum}`);
  }
});

test('a gain is never a significant loss', () => {
  for (const gains of [1, 5, 100]) assert.ok(pValue(outcomes(0, gains)) > 0.5);
});

test('neither the samples on which both agree nor the order of samples change p', () => {
  const { before, after } = outcomes(9, 3);
  const reversed = { before: before.toReversed(), after: after.toReversed() };
  assert.equal(pValue(reversed), pValue({ before, after }));
  assert.equal(pValue(outcomes(9, 3, 5000, 200)), pValue({ before, after }));
});

test('the same seed gives the same p, another seed another sample', () => {
  const given = outcomes(12, 8);
  assert.equal(pValue(given, 3), pValue(given, 3));
  assert.notEqual(pValue(given, 3), pValue(given, 4));
});

test('outcomes of different samples are refused', () => {
  assert.throws(() => permutationTest(new Uint8Array(3), new Uint8Array(4)), /different samples/);
});
