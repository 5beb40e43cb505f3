// A model in a real VS Code: the sidebar, the plan, what stands over its layers, and what is wrong with a broken one.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, afterEach, before, describe, test } from 'node:test';
import { makeWorkspace, type Workspace } from '../workspace';
import { Editor, skipped } from './editor';

describe('a workspace with models', { skip: skipped }, () => {
  let workspace: Workspace;
  let editor: Editor;

  before(async () => {
    workspace = makeWorkspace();
    const document = JSON.parse(readFileSync(workspace.model, 'utf8'));
    writeFileSync(workspace.model, JSON.stringify(document, null, 2));
    document.weightsManifest[0].weights[0].shape = [7, 7, 1, 20];
    mkdirSync(join(workspace.folder, 'broken'));
    writeFileSync(join(workspace.folder, 'broken', 'model.json'), JSON.stringify(document, null, 2));
    const recipe = { model: 'model/model.json', data: { source: 'digits' }, prune: { method: 'ratio', ratio: 0.5 } };
    writeFileSync(join(workspace.folder, 'half.prune.json'), JSON.stringify(recipe, null, 2));
    editor = await Editor.open(workspace.folder);
  });
  afterEach((context) => editor.tellFailure(context));
  after(async () => {
    await editor.close();
    workspace.remove();
  });

  test('the sidebar lists the models, and of the one in front every layer with its cost', async () => {
    await editor.openFile('model/model.json');
    await editor.openSidebar();
    await editor.rows('Layers').nth(8).waitFor();
    const rows = await editor.rows('Layers').evaluateAll((all) => all.map((row) => row.getAttribute('aria-label')));
    assert.equal(rows[5], 'dense, Dense, 256 channels, 88.7 % of the parameters, can be pruned');
    assert.match(rows[8] ?? '', /^classes, .*can't be pruned: it is the model's output$/);
    await editor.rows('Models').nth(1).waitFor();
    assert.deepEqual(await editor.rows('Models').allInnerTexts(), ['broken', 'model']);
  });

  test('CodeLenses stand over the model and its layers, a hover says what a layer is', async () => {
    await editor.openFile('model/model.json');
    await editor.lens(/240,470 parameters · 2\.17 M MACs/).waitFor();
    await editor.lens(/^20 channels · 520 parameters/).waitFor();
    const hover = await editor.hover('"conv1"');
    assert.match(hover, /28 × 28 × 1/);
    assert.match(hover, /24 × 24 × 20/);
  });

  test("the explorer's menu on a model's file inspects its relevance", async () => {
    await editor.command('View: Show Explorer');
    const file = editor.page
      .locator('.explorer-folders-view .monaco-list-row')
      .filter({ hasText: 'model.json' })
      .first();
    await editor.chooseFromMenu(file, 'Inspect Relevance');
    await editor.panel().getByRole('tab', { name: 'Relevance', selected: true }).waitFor();
    await editor.panel().getByRole('button', { name: 'Choose Data' }).first().click();
    await editor.pick('Built-in digits');
    await editor
      .panel()
      .getByRole('button', { name: /^Measure/ })
      .click();
    await editor.panel().getByRole('slider', { name: 'Threshold of dense' }).waitFor();
    await editor.panel().getByRole('button', { name: 'Cut by These Thresholds' }).click();
    await editor.openSidebar();
    await editor
      .rows('Layers')
      .filter({ hasText: /dense.*below/ })
      .waitFor();
  });

  test('a layer that is unchecked in the tree is left out of the plan', async () => {
    await editor.openFile('half.prune.json');
    await editor.command('Neuron Pruner: Prune Model');
    await editor.panel().getByRole('tab', { name: 'Plan' }).waitFor();
    await editor.openSidebar();
    const box = editor.rows('Layers').filter({ hasText: 'conv1' }).locator('[role="checkbox"]');
    await editor.until(async () => (await box.getAttribute('aria-checked')) === 'true');
    await box.click();
    await editor.until(async () => (await box.getAttribute('aria-checked')) === 'false');
    await editor.command('Neuron Pruner: New Recipe');
    const path = join(workspace.folder, 'model', 'model.prune.json');
    // The recipe is opened once it is written: what is opened before that would be behind it.
    await editor.page.getByRole('tab', { name: 'model.prune.json' }).waitFor();
    assert.deepEqual(written(path)?.prune, { method: 'ratio', ratio: 0.5, layers: ['conv2', 'dense'] });
  });

  test('what is wrong with a model is said where it stands, and in its place in the sidebar', async () => {
    await editor.openFile('broken/model.json');
    await editor.openSidebar();
    await editor.view('Layers').getByText('is missing').waitFor();
    const problems = await editor.problems();
    assert.ok(
      problems.some((problem) => /group1-shard1of1\.bin/.test(problem)),
      problems.join('\n'),
    );
    assert.ok(
      problems.some((problem) => /7/.test(problem) && /5/.test(problem)),
      problems.join('\n'),
    );
  });

  test('the extension logs no errors', () => assert.deepEqual(editor.errors, []));
});

/** A recipe, once it is there. */
function written(path: string): { prune: object } | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}
