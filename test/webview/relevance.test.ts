import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { slid } from '../../webview/parts/slider-keys';
import { moved, scrollTo, windowOf } from '../../webview/parts/virtual-list';
import { belowOf, shareFor } from '../../webview/plan/below';
import { belowThreshold, withBelow } from '../../webview/plan/threshold';
import { columnsOf } from '../../webview/relevance/columns';
import { kernelPixels } from '../../webview/relevance/kernel-pixels';
import { ascending, rankingOf, rivalsOf } from '../../webview/relevance/ranking';
import { thresholdText } from '../../webview/relevance/threshold-text';
import { recipe } from './made';

const scores = fc.array(fc.double({ noNaN: true, noDefaultInfinity: true, min: 0, max: 1e6 }), {
  minLength: 2,
  maxLength: 300,
});

describe('the ranking of channels', () => {
  it('puts the least relevant first, the first of equal ones before the others', () => {
    assert.deepEqual([...ascending([3, 1, 2, 1])], [1, 3, 2, 0]);
  });

  it('counts a score that is no number as least', () => {
    assert.deepEqual([...ascending([0, Number.NaN, -1])], [1, 2, 0]);
  });

  it('gives rank 1 to the most relevant', () => {
    assert.deepEqual([...rankingOf([3, 1, 2]).ranks], [1, 3, 2]);
  });

  it('names the rivals of a unit with shares that add up to 1', () => {
    const rivals = rivalsOf([9, 9, 9, 9, 3, 0, 1, 0], 4, 6);
    assert.deepEqual(
      rivals.map(({ channel, share }) => [channel, share]),
      [
        [4, 0.75],
        [5, 0],
        [6, 0.25],
        [7, 0],
      ],
    );
  });
});

describe('the columns of a layer', () => {
  it('hold every channel once, in order, in no more columns than asked for', () => {
    fc.assert(
      fc.property(scores, fc.integer({ min: 1, max: 400 }), (own, most) => {
        const columns = columnsOf(own, ascending(own), most);
        assert.ok(columns.length <= most && columns.length <= own.length);
        let next = 0;
        for (const { from, to, height } of columns) {
          assert.equal(from, next);
          assert.ok(to > from && height >= 0 && height <= 1);
          next = to;
        }
        assert.equal(next, own.length);
      }),
    );
  });
});

describe('the threshold', () => {
  it('comes back from the recipe as it was dragged', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 30_000 }), fc.nat(), (channels, any) => {
        const below = any % channels;
        assert.equal(belowOf(shareFor(below, channels), channels), below);
        assert.equal(belowThreshold(withBelow(recipe, 'dense', below, channels), 'dense', channels), below);
      }),
    );
  });

  it('is moved by the keys of a slider, and stops at its ends', () => {
    assert.equal(slid('ArrowRight', 5, 10), 6);
    assert.equal(slid('ArrowDown', 0, 10), 0);
    assert.equal(slid('PageUp', 5, 100), 15);
    assert.equal(slid('End', 5, 10), 10);
    assert.equal(slid('x', 5, 10), undefined);
  });

  it('says what it takes', () => {
    assert.equal(thresholdText({ channels: 64, below: 24, at: 0.0312 }), '24 of 64 channels below 0.0312 (37.5 %)');
    assert.equal(thresholdText({ channels: 64, below: 0, at: 0 }), 'all 64 channels kept');
  });
});

describe('a long list', () => {
  it('draws few rows, and all that are in sight', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 30_000 }), fc.nat({ max: 800_000 }), (rows, scrolled) => {
        const { from, to, offset, height } = windowOf(rows, 26, scrolled, 520);
        assert.ok(to - from <= 33 && from >= 0 && to <= rows);
        assert.equal(offset, from * 26);
        assert.equal(height, rows * 26);
        const visible = Math.floor(scrolled / 26);
        if (visible < rows) assert.ok(from <= visible && to > visible);
      }),
    );
  });

  it('scrolls no further than a row needs', () => {
    assert.equal(scrollTo(0, 26, 100, 260), 0);
    assert.equal(scrollTo(5, 26, 100, 260), 100);
    assert.equal(scrollTo(20, 26, 100, 260), 21 * 26 - 260);
  });

  it('is walked by keys', () => {
    assert.equal(moved('ArrowDown', 3, 10, 5), 4);
    assert.equal(moved('PageDown', 8, 10, 5), 9);
    assert.equal(moved('Home', 8, 10, 5), 0);
    assert.equal(moved('Tab', 8, 10, 5), undefined);
  });
});

describe('the picture of a kernel', () => {
  it('is mid grey where a weight is zero, light above and dark below', () => {
    const pixels = kernelPixels({ rows: 1, columns: 3, depth: 1, values: [0, 2, -2] }, 0);
    assert.deepEqual([...pixels], [128, 128, 128, 255, 255, 255, 255, 255, 0, 0, 0, 255]);
  });

  it('has three input channels as colours', () => {
    const pixels = kernelPixels({ rows: 1, columns: 1, depth: 3, values: [9, 9, 9, 1, 0, -1] }, 1);
    assert.deepEqual([...pixels], [255, 128, 0, 255]);
  });
});
