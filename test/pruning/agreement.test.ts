// How rankings agree: against the definitions, pair by pair.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { agreementOf, layerAgreements, meanAgreement } from '../../src/pruning/relevance/agreement';

const scores = fc.array(fc.integer({ min: 0, max: 8 }), { minLength: 2, maxLength: 30 });

test('an order agrees wholly with itself and with any growing function of it, and wholly disagrees with its reverse', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.integer({ min: -50, max: 50 }), { minLength: 2, maxLength: 30 }), (own) => {
      const same = agreementOf(
        own,
        own.map((score) => score ** 3),
      );
      const reversed = agreementOf(
        own,
        own.map((score) => -score),
      );
      for (const [agreement, expected] of [
        [same, 1],
        [reversed, -1],
      ] as const) {
        assert.ok(Math.abs((agreement?.spearman ?? 0) - expected) < 1e-12);
        assert.ok(Math.abs((agreement?.kendall ?? 0) - expected) < 1e-12);
      }
    }),
    { numRuns: 50, seed: 1 },
  );
});

test('with ties, Kendall counts pairs and Spearman correlates mean ranks', () => {
  fc.assert(
    fc.property(scores, fc.nat(1000), (a, seed) => {
      const b = a.map((score, i) => (score * 7 + i * seed) % 5);
      let [pairs, left, right] = [0, 0, 0];
      for (let i = 0; i < a.length; i++) {
        for (let j = 0; j < i; j++) {
          const [x, y] = [a, b].map((own) => Math.sign((own[i] as number) - (own[j] as number))) as [number, number];
          pairs += x * y;
          left += x * x;
          right += y * y;
        }
      }
      const agreement = agreementOf(a, b);
      if (left === 0 || right === 0) return assert.equal(agreement, undefined);
      assert.ok(Math.abs((agreement?.kendall ?? Number.NaN) - pairs / Math.sqrt(left * right)) < 1e-12);
      const rank = (own: readonly number[], value: number): number =>
        own.filter((other) => other < value).length + (own.filter((other) => other === value).length - 1) / 2;
      const ranks = [a, b].map((own) => own.map((value) => rank(own, value) - (own.length - 1) / 2));
      const sum = (x: readonly number[] = [], y: readonly number[] = []): number =>
        x.reduce((total, value, i) => total + value * (y[i] as number), 0);
      const [x, y] = ranks;
      const expected = sum(x, y) / Math.sqrt(sum(x, x) * sum(y, y));
      assert.ok(Math.abs((agreement?.spearman ?? Number.NaN) - expected) < 1e-12);
    }),
    { numRuns: 200, seed: 2 },
  );
});

test('over layers the mean counts each by its channels, and leaves out what only one measure scored or nobody ordered', () => {
  const first = [
    { layer: 'a', scores: [1, 2] },
    { layer: 'b', scores: [1, 2, 3, 4, 5, 6] },
    { layer: 'flat', scores: [1, 1] },
    { layer: 'alone', scores: [1, 2] },
  ];
  const second = [
    { layer: 'a', scores: [2, 1] },
    { layer: 'b', scores: [1, 2, 3, 4, 5, 6] },
    { layer: 'flat', scores: [1, 2] },
  ];
  const layers = layerAgreements(first, second);
  assert.deepEqual(
    layers.map(({ layer }) => layer),
    ['a', 'b'],
  );
  const mean = meanAgreement(layers);
  assert.ok(Math.abs((mean?.spearman ?? 0) - 0.5) < 1e-12 && Math.abs((mean?.kendall ?? 0) - 0.5) < 1e-12);
  assert.equal(meanAgreement([]), undefined);
});
