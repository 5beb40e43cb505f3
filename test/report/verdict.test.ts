import assert from 'node:assert/strict';
import { test } from 'node:test';
import { renderReport } from '../../src/report/html';
import { scorePlot } from '../../src/report/score-points';
import { verdict } from '../../src/report/verdict';
import { type IterationRecord, type SessionRecord, SIGNIFICANCE } from '../../src/session/record';
import { lenet, single, vgg } from './fixture';

function withP(session: SessionRecord, pValue: number): SessionRecord {
  return { ...session, iterations: session.iterations.map((iteration) => ({ ...iteration, pValue })) };
}

test('above the limit of significance there is no significant loss, with the p-value', () => {
  assert.equal(
    verdict(lenet),
    '66.5 % of the parameters removed, 85.7 % with the weights set to zero. No significant loss of accuracy (p = 0.43).',
  );
  assert.equal(
    verdict({ ...lenet, chosen: 3 }),
    '66.5 % of the parameters removed. No significant loss of accuracy (p = 0.27).',
  );
});

test('up to the limit there is a loss, and how much', () => {
  assert.equal(
    verdict(vgg),
    '81.5 % of the parameters removed. A significant loss of accuracy: 2.22 percentage points, from 89.12 % to 86.90 % (p < 0.001).',
  );
  assert.match(verdict(withP(vgg, SIGNIFICANCE)), /A significant loss.*\(p = 0\.050\)/);
});

test('close to the limit the p-value has as many digits as tell the side', () => {
  assert.match(verdict(withP(vgg, 0.0501)), /No significant loss of accuracy \(p = 0\.0501\)/);
  assert.match(verdict(withP(vgg, 0.0499)), /A significant loss.*\(p = 0\.0499\)/);
});

test('where nothing was taken it says so', () => {
  assert.equal(verdict(single), 'Nothing was removed. The original is the result: accuracy 99.05 %.');
  assert.match(verdict({ ...lenet, chosen: 0 }), /^Nothing was removed\./);
});

test('without a test it claims nothing', () => {
  const untested = lenet.iterations.map(({ pValue, ...iteration }) => iteration);
  const text = verdict({ iterations: untested, chosen: 3 });
  assert.match(text, /Accuracy went from 99\.05 % to 98\.99 %; it was not tested against the original\.$/);
  assert.doesNotMatch(text, /significant/);
});

test('weights set to zero alone remove no parameters', () => {
  const [original, , , , weights] = lenet.iterations;
  assert.ok(original && weights);
  const sparse = { ...weights, index: 1, parameters: original.parameters, nonZero: 24_047 };
  assert.match(verdict({ iterations: [original, sparse], chosen: 1 }), /^90\.0 % of the weights set to zero\./);
});

test('where lower is better, a rise is what is lost', () => {
  const metric = { name: 'mse', title: 'mean squared error', better: 'lower', unit: 'number' } as const;
  const iterations = [0.0214, 0.02514].map((score, index) => ({
    ...(lenet.iterations[0] as IterationRecord),
    index,
    metric,
    score,
    interval: [score - 0.001, score + 0.001] as const,
    parameters: 100 - 50 * index,
    ...(index > 0 && { pValue: 0.003 }),
  }));
  assert.equal(
    verdict({ iterations, chosen: 1 }),
    '50.0 % of the parameters removed. A significant rise of the mean squared error: from 0.0214 to 0.02514 (p = 0.003).',
  );
  const page = renderReport({ ...lenet, iterations, chosen: 1 });
  assert.match(page, /Size against mean squared error/);
  assert.match(page, />\+0\.00374, p&nbsp;=&nbsp;0\.003|\+0\.00374, p\u00A0=\u00A00\.003/);
  assert.doesNotMatch(page, /accuracy/i);
  const { points, y } = scorePlot({ ...lenet, iterations, chosen: 1 });
  assert.ok(y(0.01) < y(0.02), 'the better stands higher');
  for (const { high, low, y: place } of points) assert.ok(high < place && place < low);
});
