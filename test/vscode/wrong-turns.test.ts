// In a real VS Code: a model of a name that says nothing is worked on like any other, without data where there is none;
// and for what can't be there is one clear message each.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, afterEach, before, describe, test } from 'node:test';
import { makeWorkspace, type Workspace } from '../workspace';
import { Editor, skipped } from './editor';

describe('a model called net.json', { skip: skipped }, () => {
  let workspace: Workspace;
  let editor: Editor;

  before(async () => {
    workspace = makeWorkspace();
    const { folder } = workspace;
    renameSync(join(folder, 'model'), join(folder, 'net'));
    renameSync(join(folder, 'net', 'model.json'), join(folder, 'net', 'net.json'));
    writeFileSync(join(folder, 'few.csv'), `${'a,b,label\n'}${'1,2,0\n2,1,1\n'.repeat(40)}`);
    mkdirSync(join(folder, '.vscode'));
    set({});
    editor = await Editor.open(folder);
    // Now that the extension was not told by a name that there is something for it.
    recipe('unfit.prune.json', {
      model: 'net/net.json',
      data: { source: 'few.csv' },
      prune: { method: 'ratio', measure: 'l1' },
    });
    recipe('other.prune.json', {
      model: 'net/net.json',
      data: { source: 'digits' },
      prune: { method: 'ratio', layers: ['block5_conv3'] },
    });
    recipe('half.prune.json', {
      model: 'net/net.json',
      data: { source: 'data' },
      prune: { method: 'ratio', measure: 'l1', iterations: 1 },
      retrain: { epochs: 300 },
    });
  });
  afterEach((context) => editor.tellFailure(context));
  after(async () => {
    await editor.close();
    workspace.remove();
  });

  const panel = (text: string | RegExp) => editor.panel().getByText(text).first();
  const tab = (name: string) => editor.panel().getByRole('tab', { name });
  const recipe = (name: string, content: object) =>
    writeFileSync(join(workspace.folder, name), JSON.stringify(content));

  /** The workspace's settings: these, besides those that hold throughout. */
  function set(settings: object): void {
    const all = {
      'neuronPruner.sessionsFolder': 'kept',
      'neuronPruner.threads': 1,
      'neuronPruner.engine': 'onnxruntime',
      ...settings,
    };
    writeFileSync(join(workspace.folder, '.vscode', 'settings.json'), JSON.stringify(all));
  }

  async function runRecipe(name: string): Promise<void> {
    await editor.openFile(name);
    await editor.command('Neuron Pruner: Prune Model');
    await tab('Plan').click();
  }

  test('has its CodeLenses when it is opened, and none where the setting says so', async () => {
    await editor.openFile('net/net.json');
    await editor.lens(/^20 channels · 520 parameters/).waitFor();
    set({ 'neuronPruner.codeLens': false });
    await editor.until(async () => (await editor.page.locator('.codelens-decoration').count()) === 0);
    set({});
    await editor.lens(/^20 channels · 520 parameters/).waitFor();
  });

  test('opens as its architecture on request', async () => {
    await editor.command('Neuron Pruner: Open Architecture');
    await editor.panel().getByRole('heading', { name: 'net.json' }).waitFor();
    await editor.command('View: Close Editor');
  });

  test('is pruned without data: cut by its weights, and it is said that nothing was tested', async () => {
    await editor.command('Neuron Pruner: Prune Model');
    await editor.pick('Without data');
    await panel(/how well it still does is not known/).waitFor();
    assert.equal(
      await editor
        .panel()
        .getByRole('radio', { name: /Maxout units/ })
        .count(),
      0,
    );
    await editor.panel().getByRole('button', { name: 'Run' }).click();
    await panel(/of the parameters removed/).waitFor();
    await panel(/How well they perform was not compared/).waitFor();
    assert.ok(readdirSync(join(workspace.folder, 'net', 'net-pruned')).includes('net.json'));
    set({ 'neuronPruner.resultsFolder': 'smaller' });
    const elsewhere = join(workspace.folder, 'smaller', 'net-pruned');
    // The setting is read when the session starts, and the editor hears of it a moment after it was written: until then
    // the result goes to the old place, and is shown.
    await editor.until(async () => {
      await tab('Plan').click();
      await editor.panel().getByRole('button', { name: 'Run' }).click();
      await editor.page.waitForTimeout(2_000);
      return existsSync(join(elsewhere, 'net.json'));
    });
    set({});
    await editor.command('Neuron Pruner: New Recipe');
    await editor.page.getByRole('tab', { name: 'net.prune.json' }).waitFor();
    const saved = JSON.parse(readFileSync(join(workspace.folder, 'net', 'net.prune.json'), 'utf8'));
    assert.deepEqual([saved.data, saved.engine, saved.threads], [undefined, 'onnxruntime', 1]);
  });

  test('on data that do not fit says which, and what the model wants', async () => {
    await runRecipe('unfit.prune.json');
    await editor.panel().getByRole('button', { name: 'Run' }).click();
    await panel(/few\.csv|28/).waitFor();
  });

  test('on a recipe of another model names the layer that it does not have', async () => {
    await runRecipe('other.prune.json');
    await panel(/block5_conv3/).waitFor();
  });

  test('keeps its sessions where the setting says, and says so where nothing can be written there', async () => {
    writeFileSync(join(workspace.folder, 'kept'), 'a file where the folder must be');
    await runRecipe('half.prune.json');
    await editor.panel().getByRole('button', { name: 'Run' }).click();
    await panel(/kept.*(in the way|is a file)/).waitFor();
    rmSync(join(workspace.folder, 'kept'));
  });

  test('that changes while a session is stopped is not mistaken for the one it was', async () => {
    await tab('Plan').click();
    await editor.panel().getByRole('button', { name: 'Run' }).click();
    await tab('Run').click();
    await panel(/training/i).waitFor();
    assert.equal(readdirSync(join(workspace.folder, 'kept')).length, 1);
    await editor.command('Neuron Pruner: Stop Session');
    await panel(/Stopped with/).waitFor();
    const shard = join(workspace.folder, 'net', 'group1-shard1of1.bin');
    const weights = readFileSync(shard);
    weights.writeFloatLE(0.25, 0);
    writeFileSync(shard, weights);
    await editor.command('Neuron Pruner: Resume Session');
    await editor.notification(/has changed since the session/).waitFor();
  });

  test('that vanishes is missed by name', async () => {
    renameSync(join(workspace.folder, 'net'), join(workspace.folder, 'gone'));
    await editor.command('Neuron Pruner: Resume Session');
    await editor.notification(/There is no file .*net\.json/).waitFor();
  });

  test('leaves the extension without errors in its log', () => assert.deepEqual(editor.errors, []));
});
