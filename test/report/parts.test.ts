import assert from 'node:assert/strict';
import { test } from 'node:test';
import { wilsonInterval } from '../../src/evaluation/interval';
import { alignLayers } from '../../src/model/align-layers';
import { briefCount, bytes, change, percent, pValue } from '../../src/report/format';
import { type Label, placeLabels } from '../../src/report/label-layout';
import { sizeScale, ticksBetween } from '../../src/report/scale';
import { scorePlot } from '../../src/report/score-points';
import { STYLE } from '../../src/report/style';
import { lenet, single, vgg } from './fixture';

test('layers are aligned by name; gone and new ones keep their place', () => {
  const layers = (names: string) =>
    names.split(' ').map((name) => ({ name, type: 'Dense', outputShape: [1], parameters: 0, macs: 0 }));
  const pairs = alignLayers(layers('a b maxout c'), layers('a b new c last'));
  assert.deepEqual(
    pairs.map(({ before, after }) => `${before?.name ?? '-'} ${after?.name ?? '-'}`),
    ['a a', 'b b', '- new', 'maxout -', 'c c', '- last'],
  );
});

test('a share never looks like all or nothing unless it is', () => {
  assert.equal(percent(0.8126), '81.3 %');
  assert.equal(percent(0.99987), '99.99 %');
  assert.equal(percent(0.0002), '0.02 %');
  assert.equal(percent(1), '100.0 %');
  assert.equal(percent(0), '0.0 %');
});

test('numbers read as a person writes them', () => {
  assert.equal(bytes(966_192), '966 kB');
  assert.equal(bytes(999_999), '1.00 MB');
  assert.equal(briefCount(999_960), '1.00 M');
  assert.equal(change(240_470, 80_534), '−66.5 %');
  assert.equal(change(3, 3), '±0 %');
  assert.deepEqual([0.4288, 0.072, 0.1, 0.0001, undefined].map(pValue), ['0.43', '0.072', '0.10', '< 0.001', '–']);
});

test('the Wilson interval is that of the books', () => {
  // Newcombe 1998, table I: 81 of 263, 15 of 148, 0 of 20, 1 of 29.
  const rounded = (right: number, samples: number) =>
    wilsonInterval(right / samples, samples).map((end) => end.toFixed(4));
  assert.deepEqual(rounded(81, 263), ['0.2553', '0.3662']);
  assert.deepEqual(rounded(15, 148), ['0.0624', '0.1605']);
  assert.deepEqual(rounded(0, 20), ['0.0000', '0.1611']);
  assert.deepEqual(rounded(1, 29), ['0.0061', '0.1718']);
});

test('every model stands within its interval, and what no scale could hold stands below it', () => {
  const alike = {
    ...lenet,
    iterations: lenet.iterations.map((one) => ({
      ...one,
      score: 1,
      interval: [1, 1] as const,
      scoreAfterCut: 0,
    })),
  };
  const unlike = { ...alike, iterations: alike.iterations.map((one) => ({ ...one, interval: [0.2, 1] as const })) };
  for (const session of [lenet, vgg, single, alike, { ...alike, iterations: unlike.iterations }]) {
    const { points, bottom, y } = scorePlot(session);
    assert.equal(points.length, session.iterations.length);
    for (const { high, low, y: place, cut } of points) {
      assert.ok(high <= place && place <= low && low <= bottom);
      assert.equal(cut !== undefined && cut.y > bottom, cut?.below ?? false);
    }
    assert.ok(y(0.98) - y(0.99) <= bottom);
  }
  assert.deepEqual(
    scorePlot(vgg).points.map(({ cut }) => cut?.below),
    [undefined, true, true],
  );
});

test('sizes that span more than a decade are on a logarithmic axis', () => {
  assert.equal(sizeScale([240_470, 34_486]).logarithmic, false);
  assert.equal(sizeScale([431_080, 2_800]).logarithmic, true);
  for (const { place } of [sizeScale([100, 40, 20]), sizeScale([1e6, 1e4, 1e3])]) {
    assert.ok(place(1e6) < place(1e5) && place(1e5) < place(1e4));
  }
  assert.equal(sizeScale([5]).place(5), 0.5);
});

test('ticks are round and within', () => {
  assert.deepEqual(
    ticksBetween(0.98, 0.9926, 7).values.map((value) => value.toFixed(3)),
    ['0.980', '0.982', '0.984', '0.986', '0.988', '0.990', '0.992'],
  );
});

test('labels never cover each other, and the more important stay', () => {
  const label = (key: string, at: number): Label => ({ key, at, left: 0, top: 0, width: 30, height: 10 });
  const labels = [label('a', 0.5), label('b', 0.55), label('c', 0.9), label('a', 0.1)];
  const kept = placeLabels(labels, [], 100);
  assert.deepEqual(
    kept.map(({ key, at }) => [key, at]),
    [
      ['a', 0.5],
      ['c', 0.9],
    ],
  );
  assert.deepEqual(placeLabels(labels.slice(0, 1), [label('dot', 0.5)], 100), []);
});

test('text and marks stand out from the ground by at least 4.5 to 1 in light and dark', () => {
  const themes = Array.from(STYLE.matchAll(/--ground: #[^}]*/g), ([text]) => text);
  const complete = themes.filter((text) => text.includes('--ink'));
  assert.equal(complete.length, 2);
  for (const theme of complete) {
    const color = (name: string): string => new RegExp(`--${name}: (#[0-9a-f]{6});`).exec(theme)?.[1] ?? '';
    for (const ground of ['ground', 'faint']) {
      for (const name of ['ink', 'soft', 'kept', 'cut', 'loss']) {
        const ratio = contrast(color(name), color(ground));
        assert.ok(ratio >= 4.5, `${name} on ${ground}: ${ratio.toFixed(2)}`);
      }
    }
  }
});

/** Of two colours, as WCAG 2 defines it. */
function contrast(a: string, b: string): number {
  const [light = 0, dark = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (light + 0.05) / (dark + 0.05);
}

function luminance(color: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(color.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
