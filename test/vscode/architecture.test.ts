// In a real VS Code: a binary model opens as its architecture, a model.json on request; recipes know their model's layers.
import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, describe, test } from 'node:test';
import type { FrameLocator } from 'playwright-core';
import { encodeOnnx } from '../../src/formats/onnx/encode';
import { openModel } from '../../src/formats/open';
import { loadValues } from '../../src/model/values';
import { deepModel } from '../language/deep-model';
import { Editor, skipped } from './editor';

describe('models looked at', { skip: skipped }, () => {
  let folder: string;
  let editor: Editor;
  /** The page of the editor in front; those behind it stay alive. */
  const page = (): FrameLocator =>
    editor.page.frameLocator('iframe.webview.ready:visible').frameLocator('#active-frame');

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'neuron-pruner-architecture-'));
    await writeModel('small', 2);
    const { graph } = await openModel(join(folder, 'small', 'model.json'));
    writeFileSync(join(folder, 'small.onnx'), encodeOnnx(graph, await loadValues(graph)));
    await writeModel('deep', 250);
    const layer = (name: string, config: object): object => ({
      class_name: 'Dense',
      config: { name, units: 4, ...config },
    });
    const layers = [
      layer('hidden', { batch_input_shape: [null, 4], use_bias: false }),
      layer('classes', { use_bias: false }),
    ];
    const weights = ['hidden', 'classes'].map((name) => ({ name: `${name}/kernel`, shape: [4, 4], dtype: 'float32' }));
    const modelTopology = { class_name: 'Sequential', config: { name: 'dense', layers } };
    const dense = { modelTopology, weightsManifest: [{ paths: ['dense.bin'], weights }] };
    writeFileSync(join(folder, 'dense.json'), JSON.stringify(dense));
    const recipe = { model: 'dense.json', data: { source: 'digits' }, prune: { method: 'ratio', protect: [''] } };
    writeFileSync(join(folder, 'half.prune.json'), JSON.stringify(recipe, null, 2));
    copyFileSync(join('test', 'fixtures', 'keras', 'attention.keras'), join(folder, 'attention.keras'));
    editor = await Editor.open(folder);
  });
  afterEach((context) => editor.tellFailure(context));
  after(async () => {
    await editor.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function writeModel(name: string, blocks: number): Promise<void> {
    const model = deepModel(blocks);
    const [group] = model.weightsManifest as { weights: { shape: number[] }[] }[];
    const floats = group?.weights.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0) ?? 0;
    mkdirSync(join(folder, name));
    writeFileSync(join(folder, name, 'model.json'), JSON.stringify(model, null, 2));
    writeFileSync(join(folder, name, 'group1-shard1of1.bin'), new Float32Array(floats).fill(0.1));
  }

  test('an ONNX file opens as its architecture: figures, layers and a diagram', async () => {
    await editor.openFile('small.onnx');
    await page().getByRole('heading', { name: 'small.onnx' }).waitFor();
    await page().getByText('4,906 parameters').waitFor();
    await page().getByRole('treeitem').nth(5).waitFor();
    assert.ok((await page().locator('.rows .row').count()) > 5);
  });

  test('a layer chosen in the table is chosen in the diagram, and the other way round', async () => {
    const row = page().locator('.rows .row').filter({ hasText: 'Gemm' }).first();
    await row.click();
    const chosen = page().locator('.card[aria-selected="true"]');
    await chosen.waitFor();
    const name = await row.locator('b').innerText();
    assert.equal(await chosen.getAttribute('data-id'), name);
    await page().getByRole('treeitem').first().click();
    await editor.until(async () => (await row.getAttribute('aria-selected')) === 'false');
  });

  test('layers are found by name and type, also from the keyboard', async () => {
    await page().getByRole('searchbox').fill('gemm');
    await page()
      .getByText(/^1 of \d+ layers$/)
      .waitFor();
    await page().getByRole('grid').focus();
    await editor.page.keyboard.press('Enter');
    await page().getByRole('region', { name: 'Chosen layer' }).waitFor();
    await page().getByRole('searchbox').fill('');
  });

  test('Open Architecture shows a thousand layers of a model.json as the blocks they repeat', async () => {
    await editor.openFile('deep/model.json');
    await editor.lens(/1,003|parameters/).waitFor();
    await editor.lens(/^16 channels/).waitFor();
    await editor.command('Neuron Pruner: Open Architecture');
    await page()
      .getByRole('treeitem', { name: /^250 × Conv2D/ })
      .waitFor();
    assert.equal(await page().getByRole('treeitem').count(), 4);
  });

  test('a recipe completes the layers of its model', async () => {
    await editor.openFile('half.prune.json');
    await editor.page.locator('.view-line span').filter({ hasText: '""' }).last().click();
    await editor.page.keyboard.press('End');
    await editor.page.keyboard.press('ArrowLeft');
    await editor.page.keyboard.press('Control+Space');
    await editor.page.locator('.suggest-widget .monaco-list-row').filter({ hasText: 'hidden' }).waitFor();
    await editor.page.keyboard.press('Escape');
  });

  test('a shard that was moved is found again by its quick fix', async () => {
    mkdirSync(join(folder, 'small', 'weights'));
    const shard = 'group1-shard1of1.bin';
    renameSync(join(folder, 'small', shard), join(folder, 'small', 'weights', shard));
    await editor.openFile('small/model.json');
    const squiggle = editor.page.locator('.squiggly-error');
    await editor.command('Go to Next Problem in Files (Error, Warning, Info)');
    await squiggle.first().waitFor();
    await editor.page.keyboard.press('Escape');
    await editor.page.keyboard.press('Control+.');
    await editor.page
      .locator('.action-widget .monaco-list-row')
      .filter({ hasText: `Use "weights/${shard}"` })
      .click();
    await editor.until(async () => (await squiggle.count()) === 0);
  });

  test('the sidebar shows the parts of a layer that makes several kinds of channels, and which can be cut', async () => {
    await editor.openFile('attention.keras');
    await page().getByRole('heading', { name: 'attention.keras' }).waitFor();
    await editor.openSidebar();
    const attention = editor.rows('Layers').filter({ hasText: /MultiHeadAttention 82/ });
    await attention.locator('[role="checkbox"]').waitFor();
    await attention.locator('.monaco-tl-twistie').click();
    const part = (text: RegExp) => editor.rows('Layers').filter({ hasText: text });
    await part(/^query24 channels · cut 3 at a time/).waitFor();
    await part(/^attention_output10 channels · kept: LayerNormalization/).waitFor();
    assert.equal(
      await part(/^query/)
        .locator('[role="checkbox"]')
        .count(),
      0,
    );
  });

  test('the extension logs no errors', () => assert.deepEqual(editor.errors, []));
});
