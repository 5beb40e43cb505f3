// Learning rate schedules.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { learningRateAt, type ScheduleName } from '../../src/training/schedule';

function rates(name: ScheduleName, at: readonly number[], steps: number): number[] {
  return at.map((step) => learningRateAt({ name, learningRate: 0.1 }, step, steps));
}

function assertRates(actual: readonly number[], expected: readonly number[]): void {
  for (const [i, rate] of actual.entries()) assert.ok(Math.abs(rate - (expected[i] as number)) < 1e-12, `${actual}`);
}

test('a constant schedule keeps its rate', () => {
  assertRates(rates('constant', [0, 7, 99], 100), [0.1, 0.1, 0.1]);
});

test('a step schedule takes a tenth of the rate at the half and again at three quarters', () => {
  assertRates(rates('step', [0, 49, 50, 74, 75, 99], 100), [0.1, 0.1, 0.01, 0.01, 0.001, 0.001]);
});

test('a cosine schedule is at half of its rate half way and comes down to nothing', () => {
  assertRates(rates('cosine', [0, 25, 50, 100], 100), [0.1, 0.05 * (1 + Math.SQRT1_2), 0.05, 0]);
});

test("an inv schedule is the reference program's: rate × (1 + 0.0001 × step)^−0.75", () => {
  assertRates(rates('inv', [0, 10_000, 40_000], 100), [0.1, 0.1 * 2 ** -0.75, 0.1 * 5 ** -0.75]);
});

test('every schedule starts at its rate, never rises and never falls below nothing', () => {
  const names = fc.constantFrom<ScheduleName>('constant', 'step', 'cosine', 'inv');
  fc.assert(
    fc.property(
      names,
      fc.double({ min: 1e-6, max: 10, noNaN: true }),
      fc.integer({ min: 1, max: 500 }),
      (name, learningRate, steps) => {
        const all = Array.from({ length: steps }, (_, step) => learningRateAt({ name, learningRate }, step, steps));
        assert.equal(all[0], learningRate);
        for (const [i, rate] of all.entries()) {
          assert.ok(rate >= 0);
          assert.ok(i === 0 || rate <= (all[i - 1] as number));
        }
      },
    ),
  );
});
