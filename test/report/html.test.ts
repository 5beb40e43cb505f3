import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PERMUTATIONS } from '../../src/evaluation/permutation';
import { renderReport } from '../../src/report/html';
import type { IterationRecord, SessionRecord } from '../../src/session/record';
import { faces, lenet, single, vgg } from './fixture';
import { elementsOf } from './markup-check';

const SESSIONS = { lenet, vgg, single, faces };
const HOSTILE = '<img src=x onerror=alert(1)> "\'><script>alert(1)</script></style></title>&amp;';

for (const [name, session] of Object.entries(SESSIONS)) {
  const page = renderReport(session);
  const attribute = (of: string): string[] => elementsOf(page).flatMap(({ attributes }) => attributes.get(of) ?? []);

  test(`${name}: elements nest, and no id is there twice`, () => {
    assert.ok(elementsOf(page).length > 50);
  });

  test(`${name}: the page is whole by itself: no scripts, no references outside, and a policy that forbids both`, () => {
    const elements = elementsOf(page);
    for (const loading of ['script', 'link', 'img', 'iframe', 'object', 'embed', 'base', 'image', 'use', 'form', 'a']) {
      assert.ok(!elements.some((element) => element.name === loading), loading);
    }
    for (const reference of ['src', 'srcset', 'href', 'xlink:href', 'action', 'background']) {
      assert.deepEqual(attribute(reference), []);
    }
    assert.doesNotMatch(page, /https?:|\/\/|@import|javascript:/);
    for (const [, target] of page.matchAll(/url\(([^)]*)\)/g)) assert.match(target ?? '', /^#[\w-]+$/);
    const policy = elements.find(({ attributes }) => attributes.get('http-equiv') === 'Content-Security-Policy');
    assert.equal(
      policy?.attributes.get('content'),
      'default-src &#39;none&#39;; style-src &#39;unsafe-inline&#39;; img-src data:',
    );
    assert.ok(!elements.some(({ attributes }) => [...attributes.keys()].some((key) => key.startsWith('on'))));
  });

  test(`${name}: it says where the model of every iteration is`, () => {
    assert.ok(page.includes(session.folder));
  });

  test(`${name}: every reference within the page has its target`, () => {
    const ids = new Set(attribute('id'));
    const references = [
      ...attribute('aria-labelledby').flatMap((value) => value.split(' ')),
      ...Array.from(page.matchAll(/url\(#([\w-]+)\)/g), ([, id]) => id ?? ''),
    ];
    assert.ok(references.length > 0);
    for (const id of references) assert.ok(ids.has(id), id);
  });

  test(`${name}: every place in a chart is a number`, () => {
    assert.doesNotMatch(page, /NaN|Infinity|undefined|null|\[object/);
    const places = ['x', 'y', 'x1', 'x2', 'y1', 'y2', 'cx', 'cy', 'r', 'width', 'height', 'dx'].flatMap(attribute);
    assert.ok(places.length > 20);
    for (const place of places) assert.match(place, /^-?\d+(\.\d+)?%?$/);
    for (const path of attribute('d')) assert.match(path, /^([MLHVhz][\d.\- ]*)*$/);
    for (const size of [...attribute('width'), ...attribute('height'), ...attribute('r')]) {
      assert.ok(Number.parseFloat(size) >= 0, size);
    }
  });

  test(`${name}: charts are images with a name and a description, tables have heads with a scope`, () => {
    const elements = elementsOf(page);
    const charts = elements.filter(({ name: tag, attributes }) => tag === 'svg' && attributes.has('role'));
    assert.ok(charts.length > 0);
    for (const { attributes } of charts) {
      assert.equal(attributes.get('role'), 'img');
      assert.equal(attributes.get('aria-labelledby')?.split(' ').length, 2);
    }
    const heads = elements.filter(({ name: tag }) => tag === 'th');
    for (const { attributes } of heads) assert.match(attributes.get('scope') ?? '', /^(row|col|colgroup)$/);
    assert.equal(elements.filter(({ name: tag }) => tag === 'h1').length, 1);
  });

  test(`${name}: every figure on record is on the page`, () => {
    for (const iteration of session.iterations)
      for (const text of figuresOf(iteration)) assert.ok(page.includes(text), text);
    const { train, validation, test: tested } = session.data;
    for (const samples of [train, validation, tested]) {
      if (samples > 0) assert.ok(page.includes(samples.toLocaleString('en-US')), String(samples));
    }
    assert.ok(page.includes(`Seed&nbsp;${session.seed}`));
    assert.ok(page.includes(session.data.name));
    assert.ok(page.includes(PERMUTATIONS.toLocaleString('en-US')));
  });
}

function figuresOf(iteration: IterationRecord): string[] {
  const { parameters, nonZero, macs, score, scoreAfterCut, validationScore } = iteration;
  return [
    iteration.title,
    ...[parameters, nonZero, macs].map((value) => value.toLocaleString('en-US')),
    ...[score, scoreAfterCut, validationScore].flatMap((share) => share?.toFixed(4) ?? []).map(inPercent),
  ];
}

/** "0.9905" to "99.05 %". */
function inPercent(share: string): string {
  return `${Number(share.slice(2, 4))}.${share.slice(4)} %`;
}

test('the first thing it says is the verdict', () => {
  assert.match(
    heading(lenet),
    /^66\.5 % of the parameters removed, 85\.7 % with the weights set to zero\. No significant loss/,
  );
  assert.match(
    heading(vgg),
    /^81\.5 % of the parameters removed\. A significant loss of accuracy: 2\.22 percentage points/,
  );
  assert.match(heading(single), /^Nothing was removed\./);
});

function heading(session: SessionRecord): string {
  const [, text = ''] = /<h1>(.*?)<\/h1>/s.exec(renderReport(session)) ?? [];
  return text.replace(/<[^>]*>/g, '').replaceAll('\u00A0', ' ');
}

test('names from the record are text, whatever they hold', () => {
  const page = renderReport(withNames(vgg, HOSTILE));
  // How many labels fit into a chart depends on how long they are.
  const structure = (text: string): string[] =>
    elementsOf(text)
      .map(({ name }) => name)
      .filter((name) => name !== 'text');
  assert.deepEqual(structure(page), structure(renderReport(withNames(vgg, 'name'))));
  assert.doesNotMatch(page, /<img|<script|onerror=alert\(1\)>/);
  assert.ok(page.includes('&lt;img src=x onerror=alert(1)&gt; &quot;&#39;&gt;&lt;script&gt;'));
  assert.doesNotMatch(renderReport({ ...vgg, title: 'a\u0000b\u001b[31m' }).replaceAll('\n', ''), /\p{Cc}/u);
});

/** The same session with every text of it replaced. */
function withNames(session: SessionRecord, name: string): SessionRecord {
  return {
    ...session,
    title: name,
    model: name,
    out: name,
    data: { ...session.data, name },
    iterations: session.iterations.map((iteration) => ({
      ...iteration,
      title: name,
      cuts: iteration.cuts.slice(0, 2).map((cut) => ({ ...cut, layer: name })),
      relevance: iteration.relevance.slice(0, 1).map((relevance) => ({ ...relevance, layer: name, measure: name })),
      layers: iteration.layers.map((layer) => ({ ...layer, name, type: name, outputShape: [name, name, 3] })),
    })),
  };
}

test('the result is marked once in the table, and the original stands first', () => {
  const [, table = ''] = /<table class="iterations">(.*?)<\/table>/s.exec(renderReport(lenet)) ?? [];
  const rows = table.split('<tr').slice(2);
  assert.equal(rows.length, lenet.iterations.length);
  assert.match(rows[0] ?? '', /Original/);
  assert.deepEqual(
    rows.map((row) => row.includes('>result</b>')),
    lenet.iterations.map(({ index }) => index === lenet.chosen),
  );
});

test('a layer that was folded away is shown as gone, the cut layer with both widths', () => {
  const [, table = ''] = /<table class="architecture">(.*?)<\/table>/s.exec(renderReport(lenet)) ?? [];
  const row = (name: string): string => table.split('<tr').find((text) => text.includes(`>${name}</bdi>`)) ?? '';
  assert.match(row('maxout'), /class="gone".*>gone</s);
  for (const text of ['256', '64', '213,248', '53,312']) assert.ok(row('dense').includes(`>${text}<`), text);
  assert.doesNotMatch(row('conv1'), /gone|class="cut"/);
});

test('a chart of 4,096 channels stays light', () => {
  const scores = Array.from({ length: 4_096 }, (_, i) => Math.sin(i) ** 2);
  const removed = scores.flatMap((score, i) => (score < 0.5 ? [i] : []));
  const wide = (neurons?: number): SessionRecord => ({
    ...lenet,
    iterations: lenet.iterations.map((iteration) => ({
      ...iteration,
      relevance:
        iteration.index === 1
          ? [{ layer: 'dense', measure: 'l1', scores, observations: 1, ...(neurons && { neurons }) }]
          : [],
      cuts: iteration.index === 1 ? [{ layer: 'dense', channels: 4_096, removed }] : [],
    })),
  });
  for (const neurons of [undefined, 2, 4]) {
    const page = renderReport(wide(neurons));
    const layer = /<figure class="layer">.*<\/figure>/s.exec(page)?.[0] ?? '';
    assert.ok(layer.length < 80_000, `${layer.length} characters`);
    assert.ok(elementsOf(layer).length < 40);
    assert.ok(layer.includes(`${(4_096 - removed.length).toLocaleString('en-US')} kept`));
  }
});

test('scores and accuracies that are no numbers do not spoil the page', () => {
  const spoilt: SessionRecord = {
    ...vgg,
    data: { ...vgg.data, test: 0 },
    iterations: vgg.iterations.map((iteration) => ({
      ...iteration,
      macs: 0,
      bytes: 0,
      relevance: iteration.relevance.map((one) => ({
        ...one,
        scores: one.scores.map((_, i) => (i % 2 ? Number.NaN : -1)),
      })),
    })),
  };
  const page = renderReport(spoilt);
  elementsOf(page);
  assert.doesNotMatch(page, /NaN|Infinity/);
});

test('a record without the iteration it names is refused', () => {
  assert.throws(() => renderReport({ ...lenet, chosen: 9 }), /no iteration 9/);
  assert.throws(() => renderReport({ ...lenet, iterations: [] }), /without iterations/);
});

test('face data shows the curve and the equal error rate of every distance', () => {
  const page = renderReport(faces);
  assert.match(page, /Verification of pairs/);
  assert.match(page, /Bray–Curtis distance: true against false positives/);
  assert.match(page, /<td>91\.40 %<\/td><td>8\.60 %<\/td>/);
  assert.doesNotMatch(renderReport(lenet), /Verification of pairs/);
});
