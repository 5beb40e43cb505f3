// The language server on a TF.js model.json, asked as an editor asks.
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import {
  CodeActionRequest,
  type CodeLens,
  CodeLensRequest,
  type Diagnostic,
  type DocumentSymbol,
  DocumentSymbolRequest,
  FoldingRangeRequest,
  type Hover,
  HoverRequest,
  type MarkupContent,
} from 'vscode-languageserver-protocol';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import { measured } from '../../src/protocol/language';
import { deepModel } from './deep-model';
import { Editor, messageOf, positionOf } from './editor';

let editor: Editor;
let folder: string;
let uri: string;

before(async () => {
  editor = await Editor.start();
  folder = await mkdtemp(join(tmpdir(), 'neuron-pruner-language-'));
  uri = pathToFileURL(join(folder, 'model.json')).href;
});

after(async () => {
  editor.stop();
  await rm(folder, { recursive: true, force: true });
});

/** Two blocks: input, (conv, bn, relu, add) twice, pool, classes. */
const MODEL = deepModel(2);
const WEIGHT_BYTES = 4 * (2 * (3 * 3 * 16 * 16 + 4 * 16) + 16 * 10 + 10);
const INDENTED = JSON.stringify(MODEL, null, 2);
const MINIFIED = JSON.stringify(MODEL);

async function shown(text: string): Promise<TextDocument> {
  await writeFile(join(folder, 'model.json'), text);
  await writeFile(join(folder, 'group1-shard1of1.bin'), new Uint8Array(WEIGHT_BYTES));
  await editor.close(uri);
  return editor.open(uri, text);
}

async function lenses(): Promise<CodeLens[]> {
  return (await editor.connection.sendRequest(CodeLensRequest.type, { textDocument: { uri } })) ?? [];
}

async function lensTexts(document: TextDocument, at: string): Promise<string[]> {
  const { line } = positionOf(document, at, 0);
  const found = (await lenses()).filter(({ range }) => range.start.line === line);
  return found.map(({ command }) => command?.title ?? '');
}

async function hoverText(document: TextDocument, at: string): Promise<string> {
  const position = positionOf(document, at, 2);
  const hover: Hover | null = await editor.connection.sendRequest(HoverRequest.type, {
    textDocument: { uri },
    position,
  });
  return (hover?.contents as MarkupContent | undefined)?.value ?? '';
}

function said(diagnostic: Diagnostic | undefined): string {
  return diagnostic ? messageOf(diagnostic) : '';
}

function saidAt(document: TextDocument, { range }: Pick<Diagnostic, 'range'>): string {
  return document.getText(range);
}

test('the first line says what the model costs and offers what can be done with it', async () => {
  const document = await shown(INDENTED);
  assert.deepEqual(await lensTexts(document, '{'), [
    '4,906 parameters · 4.72 M MACs · 19.6 kB',
    'Prune Model',
    'Inspect Relevance',
    'Open Architecture',
  ]);
  const [, prune] = await lenses();
  assert.equal(prune?.command?.command, 'neuronPruner.prune');
  assert.deepEqual(prune?.command?.arguments, [uri]);
});

test('over every layer stands what it has and costs, and over one that can be cut that it can', async () => {
  const document = await shown(INDENTED);
  const layerLine = (name: string): string => {
    const text = document.getText();
    const named = text.indexOf(`"name": "${name}"`);
    return text.slice(text.lastIndexOf('{\n', named));
  };
  assert.deepEqual(await lensTexts(document, layerLine('classes')), ['10 channels · 170 parameters · 3.5 %']);
  assert.deepEqual(await lensTexts(document, layerLine('relu_0')), ['output 32 × 32 × 16']);
  const own = (await lenses()).filter(({ command }) => command?.arguments?.[1] === 'conv_0');
  // Its channels are tied to the input's by the sum.
  assert.deepEqual(own, []);
});

test('a measured layer says its relevance', async () => {
  const document = await shown(INDENTED);
  const layers = [{ name: 'conv_1', least: 0.125, median: 0.5, most: 3.25 }];
  await editor.connection.sendNotification(measured, { uri, measure: 'l1', layers });
  const text = document.getText();
  const line = text.slice(text.lastIndexOf('{\n', text.indexOf('"name": "conv_1"')));
  assert.ok((await lensTexts(document, line)).includes('relevance (l1): 0.125 to 3.25, median 0.5'));
  assert.equal(editor.refreshes, 1);
  await editor.connection.sendNotification(measured, { uri, measure: 'l1', layers: [] });
});

test('a model in one line names the layer on each lens and shows a few of them', async () => {
  const document = await shown(MINIFIED);
  const titles = (await lenses()).map(({ command }) => command?.title ?? '');
  assert.ok(titles.includes('conv_0: 16 channels · 2,304 parameters · 47.0 %'));
  assert.ok(titles.includes('and 3 more layers in this line'));
  assert.equal(document.lineCount, 1);
});

test('a hover over a layer says shapes, weights, cost and why it can not be cut', async () => {
  for (const written of [INDENTED, MINIFIED]) {
    const text = await hoverText(await shown(written), '"conv_1"');
    assert.match(text, /\*\*`conv_1`\*\* · `Conv2D`/);
    assert.match(text, /32 × 32 × 16 → 32 × 32 × 16/);
    assert.match(text, /- `conv_1\/kernel` 3 × 3 × 16 × 16/);
    assert.match(text, /2,359,296 multiply-accumulates \(50\.0 %\)/);
    assert.match(text, /Cut together with `conv_0`: `add_0` \(Add\) and `add_1` \(Add\) put their channels together\./);
    assert.match(text, /can't be cut: it is tied to the model's input\./);
  }
});

test('a hover over a layer that can be cut says exactly what half of it saves', async () => {
  const free = structuredClone(MODEL) as unknown as {
    modelTopology: { model_config: { config: { layers: Layer[] } } };
  };
  // Without the sum, the first convolution is free.
  const { config } = free.modelTopology.model_config;
  config.layers = config.layers.filter(({ name }) => name !== 'add_0');
  for (const layer of config.layers) {
    layer.inbound_nodes = JSON.parse(JSON.stringify(layer.inbound_nodes).replaceAll('add_0', 'relu_0'));
  }
  for (const layer of config.layers) {
    if (layer.name === 'add_1')
      layer.inbound_nodes = [
        [
          ['relu_1', 0, 0, {}],
          ['relu_1', 0, 0, {}],
        ],
      ];
  }
  const text = await hoverText(await shown(JSON.stringify(free)), '"conv_0"');
  // Half of conv_0: 1,152 of its own, 32 of bn_0, 1,152 that conv_1 reads it by.
  assert.match(text, /Half of its channels cut \(16 → 8\): parameters −47\.6 %, MACs −50\.0 %, 19\.6 kB → 10\.3 kB\./);
});

interface Layer {
  name: string;
  inbound_nodes: unknown;
}

test('a hover over a weight, a shard and the topology says what each is', async () => {
  const document = await shown(INDENTED);
  assert.match(
    await hoverText(document, '"conv_0/kernel"'),
    /3 × 3 × 16 × 16\n\n9\.22 kB of float32\n\nRead by `conv_0`/,
  );
  assert.match(await hoverText(document, '"group1-shard1of1.bin"'), /The file holds 12 weights, 19,624 bytes\./);
  assert.match(await hoverText(document, '"modelTopology"'), /\*\*`deep`\*\* · 11 layers\n\n4,906 parameters/);
});

test('the outline lists layers and weights, each with its place', async () => {
  for (const text of [INDENTED, MINIFIED]) {
    const document = await shown(text);
    const symbols = (await editor.connection.sendRequest(DocumentSymbolRequest.type, {
      textDocument: { uri },
    })) as DocumentSymbol[];
    assert.equal(symbols.length, 11 + 12);
    const conv = symbols.find(({ name }) => name === 'conv_0');
    assert.equal(conv?.detail, 'Conv2D · 16 channels · 2,304 parameters · 47.0 %');
    assert.equal(document.getText(conv?.selectionRange), '"conv_0"');
    assert.deepEqual(JSON.parse(document.getText(conv?.range)).class_name, 'Conv2D');
  }
});

test('a layer is folded to one line', async () => {
  const document = await shown(INDENTED);
  const ranges = await editor.connection.sendRequest(FoldingRangeRequest.type, { textDocument: { uri } });
  assert.equal(ranges?.length, 11);
  const lines = INDENTED.split('\n');
  for (const { startLine, endLine } of ranges ?? []) {
    assert.equal(lines[startLine]?.trim(), '{');
    assert.match(lines[endLine]?.trim() ?? '', /^\},?$/);
  }
  assert.ok(document.lineCount > 100);
});

test('nothing is said against a model that is whole', async () => {
  await shown(INDENTED);
  assert.deepEqual(await editor.diagnostics(uri), []);
});

test('every weight of another shape than its layer wants is said at that shape, and figures still stand', async () => {
  const broken = MINIFIED.replace(
    '{"name":"conv_0/kernel","shape":[3,3,16,16]',
    '{"name":"conv_0/kernel","shape":[3,3,16,8]',
  ).replace('{"name":"classes/bias","shape":[10]', '{"name":"classes/bias","shape":[12]');
  const document = await shown(broken);
  const found = await editor.diagnostics(uri);
  assert.deepEqual(
    found
      .map((diagnostic) => [saidAt(document, diagnostic), messageOf(diagnostic)])
      .filter(([at]) => at?.startsWith('[')),
    [
      ['[3,3,16,8]', 'Layer "conv_0": weight "conv_0/kernel" is [3, 3, 16, 8], the layer wants [3, 3, 16, 16].'],
      ['[12]', 'Layer "classes": weight "classes/bias" is [12], the layer wants [10].'],
    ],
  );
  assert.match(said(found.at(-1)), /the manifest describes/);
  assert.match((await lensTexts(document, '{'))[0] ?? '', /4,906 parameters/);
});

test('a weight that is missing is said at its layer, one that no layer reads at its entry', async () => {
  const document = await shown(MINIFIED.replace('"name":"bn_1/gamma"', '"name":"elsewhere/gamma"'));
  const found = await editor.diagnostics(uri);
  assert.deepEqual(
    found.map((diagnostic) => [saidAt(document, diagnostic), messageOf(diagnostic)]),
    [
      ['"bn_1"', 'Layer "bn_1": the file holds no weight "bn_1/gamma".'],
      ['"elsewhere/gamma"', 'No layer reads the weight "elsewhere/gamma".'],
    ],
  );
});

test('a config that is wrong is said at its layer', async () => {
  const document = await shown(MINIFIED.replace('"filters":16', '"filters":-3'));
  const [problem, ...others] = await editor.diagnostics(uri);
  assert.equal(others.length, 0);
  assert.equal(problem && saidAt(document, problem), '"conv_0"');
  assert.match(said(problem), /filters must be a whole number/);
});

test('a missing shard is said at its path, and can be located', async () => {
  const document = await shown(INDENTED);
  await rm(join(folder, 'group1-shard1of1.bin'));
  await editor.change(uri, `${INDENTED}\n`);
  const found = await editor.diagnostics(uri);
  assert.equal(found.length, 1);
  assert.equal(found[0] && saidAt(document, found[0]), '"group1-shard1of1.bin"');
  assert.match(said(found[0]), /the file "group1-shard1of1\.bin" is missing/);
  const actions = await editor.connection.sendRequest(CodeActionRequest.type, {
    textDocument: { uri },
    range: found[0]?.range ?? { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } },
    context: { diagnostics: found },
  });
  assert.deepEqual(
    actions?.map(({ title }) => title),
    ['Locate "group1-shard1of1.bin"…'],
  );
});

test('a shard that lies in another place below the model is offered', async () => {
  const moved = INDENTED.replace('"group1-shard1of1.bin"', '"weights/group1-shard1of1.bin"');
  const document = await shown(moved);
  const found = await editor.diagnostics(uri);
  const [first] =
    (await editor.connection.sendRequest(CodeActionRequest.type, {
      textDocument: { uri },
      range: found[0]?.range ?? { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } },
      context: { diagnostics: found },
    })) ?? [];
  assert.equal(first?.title, 'Use "group1-shard1of1.bin"');
  const [edit] = first && 'edit' in first ? (first.edit?.changes?.[uri] ?? []) : [];
  assert.equal(edit?.newText, '"group1-shard1of1.bin"');
  assert.equal(edit && document.getText(edit.range), '"weights/group1-shard1of1.bin"');
});

test('a file cut short is said', async () => {
  await shown(INDENTED);
  await writeFile(join(folder, 'group1-shard1of1.bin'), new Uint8Array(100));
  await editor.change(uri, `${INDENTED}\n`);
  const [problem] = await editor.diagnostics(uri);
  assert.match(said(problem), /holds 100 \(the manifest describes 19,624\)\. The file looks truncated/);
});

test('while the JSON is broken, lenses keep the last figures at the places of the text as it is', async () => {
  await shown(INDENTED);
  await lenses();
  const typed = INDENTED.replace('"format": "layers-model",', '"format": "layers-model"\n\n');
  const document = await editor.change(uri, typed);
  assert.deepEqual(await editor.diagnostics(uri), []);
  const found = (await lenses()).filter(({ command }) => command?.title === '10 channels · 170 parameters · 3.5 %');
  assert.equal(found.length, 1);
  const { line } = found[0]?.range.start ?? { line: -1 };
  const named = positionOf(document, '"name": "classes"', 0).line;
  assert.ok(line < named && named - line < 4);
});

test('however much of a model is cut away, no question is answered with an error', async () => {
  await shown(MINIFIED);
  for (let length = 0; length < MINIFIED.length; length += 97) {
    const document = await editor.change(uri, MINIFIED.slice(0, length));
    await lenses();
    const position = document.positionAt(length / 2);
    await editor.connection.sendRequest(HoverRequest.type, { textDocument: { uri }, position });
    await editor.connection.sendRequest(DocumentSymbolRequest.type, { textDocument: { uri } });
    await editor.connection.sendRequest(FoldingRangeRequest.type, { textDocument: { uri } });
  }
});

test('other JSON is left alone', async () => {
  const other = pathToFileURL(join(folder, 'package.json')).href;
  await editor.open(other, JSON.stringify({ name: 'conv_0', layers: [{ class_name: 'Conv2D' }] }));
  assert.deepEqual(await editor.diagnostics(other), []);
  assert.deepEqual(await editor.connection.sendRequest(CodeLensRequest.type, { textDocument: { uri: other } }), []);
  assert.equal(await editor.connection.sendRequest(DocumentSymbolRequest.type, { textDocument: { uri: other } }), null);
});

test('a graph model, a deep nest and a hostile name are taken calmly', async () => {
  await shown(JSON.stringify({ format: 'graph-model', modelTopology: { node: [] }, weightsManifest: [] }));
  const [problem] = await editor.diagnostics(uri);
  assert.match(said(problem), /is a TF\.js graph model/);
  await shown(`{"modelTopology": ${'['.repeat(5000)}`);
  assert.deepEqual(await lenses(), []);
  const document = await shown(MINIFIED.replaceAll('conv_0', '`](command:evil) **x**'));
  const text = await hoverText(document, '"`](command:evil) **x**"');
  assert.match(text, /\*\*`` `\]\(command:evil\) \*\*x\*\* ``\*\*/);
});

test('a thousand layers have their lenses', async () => {
  await shown(JSON.stringify(deepModel(250), null, 2));
  assert.ok((await lenses()).length > 1000);
});

const SHARED = '../shared/models/tfjs';
const REAL = ['abalone', 'doodlenet', 'fashion-mlp', 'nsfw-mobilenet_v2', 'tfjs-classification-demo', 'ux-click'];

for (const name of REAL) {
  test(`the real model ${name} is read without a word against it`, async (context) => {
    const path = join(SHARED, name, 'model.json');
    const text = await readFile(path, 'utf8').catch(() => undefined);
    if (text === undefined) {
      context.skip(`${path} is not there`);
      return;
    }
    const real = pathToFileURL(path).href;
    await editor.open(real, text);
    assert.deepEqual(await editor.diagnostics(real), []);
    const found = await editor.connection.sendRequest(CodeLensRequest.type, { textDocument: { uri: real } });
    assert.ok((found?.length ?? 0) > 4);
    await editor.close(real);
  });
}
