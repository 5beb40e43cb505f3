import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { modelTitle } from '../../webview/result/model-title';
import { verdictOf } from '../../webview/result/words';
import { axisOver, places } from '../../webview/run/curve';
import { cutText } from '../../webview/run/cut-text';
import { activityText, duration, paceText, shareDone } from '../../webview/run/progress';
import { comparison, iterations, running } from './made';

describe('the progress of a session', () => {
  it('says what it does, how fast, and how long it takes', () => {
    assert.equal(activityText(running), '1 neuron a unit: retraining');
    assert.equal(
      paceText({ what: 'training', done: 1, of: 2, rate: 6040.4, left: 75 }),
      '6,040 samples/s, 1 min 15 s left',
    );
    assert.equal(activityText({ status: 'stopping' }), 'Stopping after this step…');
  });

  it('writes times as people do', () => {
    assert.deepEqual([0.2, 59, 60, 3599.5, 7500].map(duration), ['1 s', '59 s', '1 min', '1 h', '2 h 5 min']);
  });

  it('never goes back within an iteration nor beyond the end', () => {
    assert.equal(
      shareDone({ iterations, stages: 4, activity: { what: 'measuring', done: 5, of: 5, rate: 1, left: 0 } }),
      0.75,
    );
    assert.equal(shareDone({ iterations, stages: 3 }), 1);
    assert.equal(shareDone({ iterations: [], stages: 0 }), 0);
  });

  it('says what was cut', () => {
    const [, first] = iterations;
    assert.ok(first);
    assert.equal(cutText(first), '64 of 256 in dense');
    assert.equal(cutText({ kind: 'weights', cuts: [], parameters: 80_534, nonZero: 33_824 }), '46,710 weights at zero');
  });
});

describe('a curve', () => {
  it('stands in its iteration', () => {
    const curve = [
      { index: 1, step: 25, steps: 50, loss: 0.5, accuracy: 0.9 },
      { index: 2, step: 50, steps: 50, loss: 0.25 },
    ];
    assert.deepEqual(
      places(curve, (point) => point.loss),
      [
        { x: 1.5, y: 0.5 },
        { x: 3, y: 0.25 },
      ],
    );
    assert.deepEqual(
      places(curve, (point) => point.accuracy),
      [{ x: 1.5, y: 0.9 }],
    );
  });

  it('lies within its axis, whose ticks are few and round', () => {
    const value = fc.double({ noNaN: true, min: -1e6, max: 1e6 }).filter((v) => v === 0 || Math.abs(v) > 1e-6);
    fc.assert(
      fc.property(fc.array(value, { minLength: 1 }), (values) => {
        const { from, to, ticks } = axisOver(values);
        assert.ok(from < to);
        for (const own of values) assert.ok(own >= from - 1e-9 && own <= to + 1e-9);
        assert.ok(ticks.length >= 1 && ticks.length <= 8);
      }),
    );
    const near = axisOver([999_999.9999999997, 999_999.9999999998]);
    assert.ok(near.from < near.to && near.ticks.length <= 8);
    assert.deepEqual(axisOver([0.912, 0.99], { most: 1 }).ticks, [0.9, 0.95, 1]);
  });
});

describe('the result in words', () => {
  it('calls models by where they lie', () => {
    assert.equal(modelTitle('/work/lenet/model.json'), 'lenet');
    assert.equal(modelTitle('C:\\nets\\lenet-pruned'), 'lenet-pruned');
    assert.equal(modelTitle('/work/net.keras'), 'net.keras');
  });

  it('says that nothing was significantly lost, with its p-value', () => {
    assert.deepEqual(verdictOf(comparison), {
      size: '66.5 % of the parameters removed.',
      score: 'No significant loss of accuracy, p = 0.43: 98.67 % before, 98.62 % after.',
      loss: false,
    });
  });

  it('says that a loss is significant', () => {
    const { test } = comparison;
    assert.ok(test);
    const worse = { ...comparison, after: { ...comparison.after, score: 0.95 }, test: { ...test, pValue: 0.0004 } };
    assert.deepEqual(verdictOf(worse), {
      size: '66.5 % of the parameters removed.',
      score: 'A significant loss of accuracy of 3.67 points, p < 0.001: 98.67 % before, 95.00 % after.',
      loss: true,
    });
  });

  it('does not judge what was not tested', () => {
    const { test: _, ...untested } = comparison;
    assert.equal(verdictOf(untested).loss, false);
    assert.match(verdictOf(untested).score, /takes data/);
  });
});
