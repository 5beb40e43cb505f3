// The diagram's logic: what is folded, where cards stand, what is drawn.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import ELK from 'elkjs/lib/elk.bundled.js';
import { alignModels, type DrawnLayer, type DrawnModel, fateOf } from '../../webview/diagram/aligned';
import { type Block, foldRepeats } from '../../webview/diagram/blocks';
import { drawDiagram } from '../../webview/diagram/draw';
import { standaloneSvg } from '../../webview/diagram/export';
import { spoken } from '../../webview/diagram/figures';
import { layoutBlocks } from '../../webview/diagram/layout';

const elk = new ELK();

function layer(name: string, type: string, from: string[], channels: number | null = null): DrawnLayer {
  return { name, type, from, channels, outputShape: [null, 8, 8, channels ?? 1], parameters: (channels ?? 0) * 10 };
}

function network(...layers: DrawnLayer[]): DrawnModel {
  return { name: 'network', layers };
}

/** An input, then residual blocks: convolution, activation, sum with what came in. */
function residual(blocks: number): DrawnModel {
  const layers = [layer('input', 'InputLayer', [])];
  for (let i = 0; i < blocks; i++) {
    const before = layers.at(-1)?.name ?? '';
    layers.push(layer(`conv${i}`, 'Conv2D', [before], 16 + i));
    layers.push(layer(`relu${i}`, 'Activation', [`conv${i}`]));
    layers.push(layer(`add${i}`, 'Add', [before, `relu${i}`]));
  }
  return network(...layers, layer('classes', 'Dense', [layers.at(-1)?.name ?? ''], 10));
}

const before = network(
  layer('input', 'InputLayer', []),
  layer('hidden', 'Dense', ['input'], 64),
  layer('maxout', 'Maxout', ['hidden']),
  layer('classes', 'Dense', ['maxout'], 10),
);
const after = network(
  layer('input', 'InputLayer', []),
  layer('hidden', 'Dense', ['input'], 16),
  layer('added', 'Activation', ['hidden']),
  layer('classes', 'Dense', ['added'], 10),
);

test('two models are aligned by layer, and every layer is told what became of it', () => {
  const fates = alignModels(before, after).map((pair) => [pair.name, fateOf(pair)]);
  assert.deepEqual(Object.fromEntries(fates), {
    input: 'same',
    hidden: 'narrower',
    maxout: 'gone',
    added: 'new',
    classes: 'same',
  });
});

test('a small network is drawn layer by layer', () => {
  const blocks = foldRepeats(alignModels(residual(5)), new Set());
  assert.equal(blocks.length, 17);
  assert.ok(blocks.every(({ layers }) => layers.length === 1));
});

test('a thousand layers of the same block are one card, which unfolds and folds again', () => {
  const layers = alignModels(residual(333));
  const folded = foldRepeats(layers, new Set());
  assert.deepEqual(
    folded.map((block) => [block.id, block.layers.length, block.repeats]),
    [
      ['input', 1, 1],
      ['conv0', 999, 333],
      ['classes', 1, 1],
    ],
  );
  const unfolded = foldRepeats(layers, new Set(['conv0']));
  assert.equal(unfolded.length, layers.length);
  assert.equal(unfolded[500]?.within?.id, 'conv0');
});

test('the shortest block that repeats is folded, not a longer one that holds it', () => {
  const stage = (name: string, from: string, blocks: number): DrawnLayer[] => {
    const layers = [layer(`${name}_in`, 'Pool', [from])];
    for (let i = 0; i < blocks; i++) {
      layers.push(layer(`${name}_conv${i}`, 'Conv2D', [layers.at(-1)?.name ?? ''], 8));
      layers.push(layer(`${name}_norm${i}`, 'Norm', [`${name}_conv${i}`]));
      layers.push(layer(`${name}_relu${i}`, 'Relu', [`${name}_norm${i}`]));
    }
    return layers;
  };
  const first = stage('a', 'input', 10);
  const second = stage('b', first.at(-1)?.name ?? '', 10);
  const layers = alignModels(network(layer('input', 'InputLayer', []), ...first, ...second));
  const blocks = foldRepeats(layers, new Set()).filter(({ repeats }) => repeats > 1);
  assert.deepEqual(
    blocks.map(({ id, repeats }) => [id, repeats]),
    [
      ['a_conv0', 10],
      ['b_conv0', 10],
    ],
  );
});

test('blocks hold every layer once, in order, also where nothing repeats and the layers are too many to draw', () => {
  const chain = Array.from({ length: 9000 }, (_, i) => layer(`l${i}`, `Type${i}`, i === 0 ? [] : [`l${i - 1}`]));
  for (const layers of [alignModels(network(...chain)), alignModels(residual(100)), alignModels(before, after)]) {
    const blocks = foldRepeats(layers, new Set());
    assert.deepEqual(
      blocks.flatMap((block) => block.layers.map(({ name }) => name)),
      layers.map(({ name }) => name),
    );
    assert.ok(blocks.length <= 1500);
  }
});

test('every card stands below those it reads from and none covers another', async () => {
  const layers = alignModels(residual(15));
  const { cards, edges, width, height } = await layoutBlocks(elk, foldRepeats(layers, new Set()));
  assert.equal(cards.length, layers.length);
  const places = new Map(cards.map((card) => [card.block.id, card]));
  for (const { from, to, points } of edges) {
    const [source, target] = [places.get(from), places.get(to)];
    assert.ok(source && target && source.y + source.height < target.y, `${from} above ${to}`);
    assert.ok(points.length >= 2);
  }
  for (const [i, a] of cards.entries()) {
    assert.ok(a.x >= 0 && a.y >= 0 && a.x + a.width <= width && a.y + a.height <= height);
    for (const b of cards.slice(i + 1)) {
      const apart = a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y;
      assert.ok(apart, `${a.block.id} and ${b.block.id}`);
    }
  }
});

test('side by side, a layer stands at the same height before and after, and its width is drawn to scale', async () => {
  const layout = await layoutBlocks(elk, foldRepeats(alignModels(before, after), new Set()));
  const { content } = drawDiagram(layout, 'side-by-side');
  const hidden = cardIn(content, 'hidden');
  const places = [...hidden.matchAll(/class="side[^>]* transform="translate\((\S+) (\S+)\)"/g)];
  const [left, right] = places.map(([, x, y]) => ({ x: Number(x), y: Number(y) }));
  assert.ok(left && right && left.x < right.x);
  assert.equal(left.y, right.y);
  const kept = [...hidden.matchAll(/class="kept" width="(\S+)"/g)].map(([, width]) => Number(width));
  const [cut] = [...hidden.matchAll(/class="cut" x="\S+" width="(\S+)"/g)].map(([, width]) => Number(width));
  // 64 channels before, 16 after: 48 left.
  assert.deepEqual(kept, [(kept[1] ?? 0) * 4, kept[1]]);
  assert.equal(cut, (kept[1] ?? 0) * 3);
});

test('what is gone is drawn as gone, what is new stands on one side alone', async () => {
  const layout = await layoutBlocks(elk, foldRepeats(alignModels(before, after), new Set()));
  const { content } = drawDiagram(layout, 'side-by-side');
  assert.match(cardIn(content, 'maxout'), /class="fate"[^>]*>gone</);
  assert.equal(cardIn(content, 'maxout').split('class="side').length, 3);
  assert.match(cardIn(content, 'added'), /class="fate"[^>]*>new</);
  assert.equal(cardIn(content, 'added').split('class="side').length, 2);
});

test('a card says in words what it shows', () => {
  const [block] = foldRepeats(alignModels(before, after), new Set()).filter(({ id }) => id === 'hidden');
  assert.equal(
    spoken(block as Block, true),
    'hidden, Dense, output 8 × 8 × 16, 16 channels, 160 parameters, −48 channels',
  );
});

test('names from a hostile file stay text', async () => {
  const name = `"><script>alert(1)</script>\u0000\ud800`;
  const layout = await layoutBlocks(elk, foldRepeats(alignModels(network(layer(name, '<b>', [], 4))), new Set()));
  const svg = standaloneSvg(drawDiagram(layout, 'single'), name);
  for (const bad of ['<script', '<b>', '\u0000', '\ud800']) assert.ok(!svg.includes(bad));
  assert.ok(svg.includes('&lt;script&gt;'));
});

test('an exported diagram has a title, a style and no roles of the page', async () => {
  const layout = await layoutBlocks(elk, foldRepeats(alignModels(before, after), new Set()));
  const svg = standaloneSvg(drawDiagram(layout, 'side-by-side'), 'network, before and after');
  assert.match(svg, /^<\?xml version="1.0" encoding="UTF-8"\?>\n<svg xmlns="http:\/\/www.w3.org\/2000\/svg"/);
  assert.match(svg, /<title>network, before and after<\/title>/);
  assert.ok(!svg.includes('treeitem') && !svg.includes('var('));
});

function cardIn(content: string, id: string): string {
  return content.split('<g class="card').find((part) => part.includes(`data-id="${id}"`)) ?? '';
}
