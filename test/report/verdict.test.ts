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

test('of several outputs it says which one is worst and which ones are lost besides, and shows each', () => {
  const [original] = lenet.iterations as [IterationRecord];
  const accuracy = { name: 'accuracy', title: 'accuracy of "digit"', better: 'higher', unit: 'share' } as const;
  const error = { name: 'mse', title: 'mean squared error of "slant"', better: 'lower', unit: 'number' } as const;
  const session = (ofDigit: number, ofSlant: number): SessionRecord => {
    const outputs = [0, 1].map((index) => [
      { output: 'digit', metric: accuracy, score: 0.99 - 0.02 * index, interval: [0.9, 1] as const, pValue: ofDigit },
      { output: 'slant', metric: error, score: 0.1 + 0.3 * index, interval: [0, 1] as const, pValue: ofSlant },
    ]);
    const iterations = outputs.map((own, index) => {
      const pValue = Math.min(1, 2 * Math.min(ofDigit, ofSlant));
      const size = { parameters: 100 - 50 * index, nonZero: 100 - 50 * index };
      return { ...original, ...size, index, outputs: own, ...own[0], pValue };
    });
    return { ...lenet, iterations, chosen: 1 };
  };
  const removed = '50.0 % of the parameters removed.';
  assert.equal(
    verdict(session(0.8, 0.3)),
    `${removed} No significant loss of accuracy of "digit" or rise of the mean squared error of "slant" (p = 0.60).`,
  );
  const slant = 'A significant rise of the mean squared error of "slant": from 0.1 to 0.4 (p = 0.004).';
  assert.equal(verdict(session(0.04, 0.002)), `${removed} ${slant}`);
  assert.equal(
    verdict(session(0.02, 0.002)),
    `${removed} ${slant} Also a loss of accuracy of "digit", from 99.00 % to 97.00 %.`,
  );
  const page = renderReport(session(0.04, 0.002));
  assert.match(page, /<dt>Test accuracy of &quot;digit&quot;<\/dt>.*p.=.0\.08/s);
  assert.match(page, /<dt>Test mean squared error of &quot;slant&quot;<\/dt>/);
  assert.match(page, /Each of 2 outputs is tested, and its p-value multiplied by their number/);
});
