// The language server on recipes: what their schema can't see, judged by the model they name.
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import {
  type CompletionItem,
  CompletionRequest,
  DefinitionRequest,
  DocumentLinkRequest,
  HoverRequest,
  type LocationLink,
} from 'vscode-languageserver-protocol';
import { Editor, messageOf, positionOf } from './editor';

let editor: Editor;
let folder: string;
let uri: string;

before(async () => {
  editor = await Editor.start();
  folder = await mkdtemp(join(tmpdir(), 'neuron-pruner-recipe-'));
  await mkdir(join(folder, 'model'));
  await writeFile(join(folder, 'model', 'model.json'), JSON.stringify(denseModel([12, 30, 10]), null, 1));
  uri = pathToFileURL(join(folder, 'mine.prune.json')).href;
});

after(async () => {
  editor.stop();
  await rm(folder, { recursive: true, force: true });
});

/** Dense layers dense_0, dense_1, … of the widths given. */
function denseModel(widths: readonly number[]): Record<string, unknown> {
  const layers = widths.map((units, i) => ({
    class_name: 'Dense',
    config: {
      name: `dense_${i}`,
      units,
      activation: 'relu',
      use_bias: true,
      ...(i === 0 && { batch_input_shape: [null, 8] }),
    },
  }));
  const weights = widths.flatMap((units, i) => [
    { name: `dense_${i}/kernel`, shape: [i === 0 ? 8 : (widths[i - 1] ?? 0), units], dtype: 'float32' },
    { name: `dense_${i}/bias`, shape: [units], dtype: 'float32' },
  ]);
  return {
    modelTopology: { class_name: 'Sequential', config: { name: 'dense', layers } },
    weightsManifest: [{ paths: ['weights.bin'], weights }],
  };
}

function recipe(prune: object, model = 'model/model.json'): string {
  return JSON.stringify({ model, data: { source: 'digits' }, prune }, null, 2);
}

/** What is said of a recipe: the text it is said at, and the sentence. */
async function judged(text: string): Promise<[string, string][]> {
  await editor.close(uri);
  const document = await editor.open(uri, text);
  const found = await editor.diagnostics(uri);
  return found.map((diagnostic) => [document.getText(diagnostic.range), messageOf(diagnostic)]);
}

async function completions(text: string, at: string, into: number): Promise<CompletionItem[]> {
  await editor.close(uri);
  const document = await editor.open(uri, text);
  const position = positionOf(document, at, into);
  const found = await editor.connection.sendRequest(CompletionRequest.type, { textDocument: { uri }, position });
  return Array.isArray(found) ? found : (found?.items ?? []);
}

test('nothing is said against a recipe that fits its model', async () => {
  assert.deepEqual(await judged(recipe({ method: 'ratio', layers: ['dense_0', 'dense_1'] })), []);
  assert.deepEqual(await judged(recipe({ method: 'maxout', k: 3, layers: ['dense_0'] }, './model')), []);
  assert.deepEqual(await judged(JSON.stringify({ model: 'model', data: { source: 'digits' } })), []);
});

test('a layer that the model lacks is said, with those there are', async () => {
  assert.deepEqual(await judged(recipe({ method: 'ratio', layers: ['dense_0', 'dense_7'] })), [
    ['"dense_7"', 'The model has no layer "dense_7". It can be pruned at dense_0 and dense_1.'],
  ]);
  assert.deepEqual(await judged(recipe({ method: 'ratio', protect: ['dense_2', 'x'], ratios: { y: 0.5 } })), [
    ['"x"', 'The model has no layer "x". It can be pruned at dense_0 and dense_1.'],
    ['"y"', 'The model has no layer "y". It can be pruned at dense_0 and dense_1.'],
  ]);
});

test('a layer that can not be pruned is said, with the reason', async () => {
  assert.deepEqual(await judged(recipe({ method: 'ratio', layers: ['dense_2'] })), [
    ['"dense_2"', `Layer "dense_2" can't be pruned: it is the model's output.`],
  ]);
});

test('a k that does not divide a layer is said there; one that divides none, at k', async () => {
  assert.deepEqual(await judged(recipe({ layers: ['dense_0', 'dense_1'], k: 4 })), [
    ['"dense_1"', 'Layer "dense_1" has 30 neurons, which do not divide into units of 4.'],
  ]);
  assert.deepEqual(await judged(recipe({ k: 7 })), [
    [
      '7',
      'The model has no layer that can take a maxout of 7 neurons a unit. Choose another k, or the method "ratio".',
    ],
  ]);
});

test('a model that is not there, or is none, is said at its path', async () => {
  const [[at, said] = []] = await judged(recipe({}, 'elsewhere/model.json'));
  assert.equal(at, '"elsewhere/model.json"');
  assert.match(said ?? '', /elsewhere/);
  await writeFile(join(folder, 'other.json'), '{"name": "package"}');
  const [[where, why] = []] = await judged(recipe({}, 'other.json'));
  assert.equal(where, '"other.json"');
  assert.match(why ?? '', /not a TF\.js model/);
});

test('the model is read again when its file changes, and as it stands in the editor while it is open', async () => {
  const path = join(folder, 'changing.json');
  const model = pathToFileURL(path).href;
  await writeFile(path, JSON.stringify(denseModel([12, 10])));
  const text = recipe({ method: 'ratio', layers: ['dense_1'] }, 'changing.json');
  assert.equal((await judged(text)).length, 1);
  await writeFile(path, JSON.stringify(denseModel([12, 10, 20])));
  assert.deepEqual(await judged(text), []);
  await editor.open(model, JSON.stringify(denseModel([12, 10])));
  assert.equal((await judged(text)).length, 1);
  await editor.close(model);
});

test("the model's layers are completed where layers are named, without those that are there", async () => {
  const text = recipe({ method: 'ratio', layers: ['dense_0', ''] });
  const found = await completions(text, '""', 1);
  assert.deepEqual(
    found.map(({ label, detail }) => [label, detail]),
    [['dense_1', 'Dense · 30 channels · 390 parameters · 48.3 %']],
  );
  assert.equal(found[0]?.textEdit?.newText, '"dense_1"');
  const inList = await completions('{"model": "model", "prune": {"protect": [ ]}}', '[ ]', 2);
  assert.deepEqual(
    inList.map(({ label }) => label),
    ['dense_0', 'dense_1'],
  );
  const asKey = await completions('{"model": "model", "prune": {"ratios": { }}}', '{ }', 2);
  assert.deepEqual(
    asKey.map(({ textEdit }) => textEdit?.newText),
    ['"dense_0": 0.5', '"dense_1": 0.5'],
  );
});

test('nowhere else is anything completed', async () => {
  assert.deepEqual(await completions(recipe({ method: 'ratio' }), '"ratio"', 3), []);
  assert.deepEqual(await completions(recipe({}), '"digits"', 3), []);
});

test('the path of the model leads to it, the name of a layer to its place in it', async () => {
  const text = recipe({ method: 'ratio', layers: ['dense_1'] }, './model');
  await editor.close(uri);
  const document = await editor.open(uri, text);
  const target = pathToFileURL(join(folder, 'model', 'model.json')).href;
  const links = await editor.connection.sendRequest(DocumentLinkRequest.type, { textDocument: { uri } });
  assert.deepEqual(
    links?.map((link) => [document.getText(link.range), link.target]),
    [['"./model"', target]],
  );
  const defined = async (at: string): Promise<LocationLink | undefined> => {
    const position = positionOf(document, at, 2);
    const found = await editor.connection.sendRequest(DefinitionRequest.type, { textDocument: { uri }, position });
    return (Array.isArray(found) ? found[0] : undefined) as LocationLink | undefined;
  };
  assert.equal((await defined('"./model"'))?.targetUri, target);
  const layer = await defined('"dense_1"');
  const lines = JSON.stringify(denseModel([12, 30, 10]), null, 1).split('\n');
  assert.match(lines[layer?.targetSelectionRange.start.line ?? 0] ?? '', /"name": "dense_1"/);
});

test('a recipe that names no measure is hovered with the one it comes to', async () => {
  const hovered = async (json: object, at: string): Promise<string> => {
    await editor.close(uri);
    const document = await editor.open(uri, JSON.stringify(json));
    const position = positionOf(document, at, 2);
    const found = await editor.connection.sendRequest(HoverRequest.type, { textDocument: { uri }, position });
    return found === null ? '' : (found.contents as { value: string }).value;
  };
  const data = { source: 'digits' };
  assert.match(await hovered({ model: 'm', data, prune: { method: 'ratio' } }, '"ratio"'), /by `taylor`/);
  assert.match(await hovered({ model: 'm', data, prune: { method: 'global', k: 4 } }, '"prune"'), /by `maxout`/);
  assert.match(await hovered({ model: 'm', prune: { method: 'ratio' } }, '"method"'), /by `l1`/);
  assert.equal(await hovered({ model: 'm', prune: { method: 'ratio', measure: 'l2' } }, '"ratio"'), '');
  assert.equal(await hovered({ model: 'm', data, prune: { method: 'maxout' } }, '"maxout"'), '');
});

test('however much of a recipe is typed, no question is answered with an error', async () => {
  const text = recipe({ method: 'ratio', layers: ['dense_1'], ratios: { dense_0: 0.5 } });
  await editor.open(uri, '');
  for (let length = 0; length <= text.length; length += 3) {
    const document = await editor.change(uri, text.slice(0, length));
    const position = document.positionAt(length);
    await editor.connection.sendRequest(CompletionRequest.type, { textDocument: { uri }, position });
    await editor.connection.sendRequest(DocumentLinkRequest.type, { textDocument: { uri } });
    await editor.connection.sendRequest(DefinitionRequest.type, { textDocument: { uri }, position });
    await editor.connection.sendRequest(HoverRequest.type, { textDocument: { uri }, position });
  }
});
