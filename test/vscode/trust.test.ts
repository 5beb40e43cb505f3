// In a workspace that is not trusted models are looked at, but not run.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { after, afterEach, before, describe, test } from 'node:test';
import { makeWorkspace, type Workspace } from '../workspace';
import { Editor, skipped } from './editor';

describe('a workspace that is not trusted', { skip: skipped }, () => {
  let workspace: Workspace;
  let editor: Editor;

  before(async () => {
    workspace = makeWorkspace();
    editor = await Editor.open(workspace.folder, { restricted: true });
  });
  afterEach((context) => editor.tellFailure(context));
  after(async () => {
    await editor.close();
    workspace.remove();
  });

  test('shows a model and its layers', async () => {
    await editor.openFile('model/model.json');
    await editor.openSidebar();
    await editor.rows('Layers').nth(8).waitFor();
  });

  test('refuses to prune, with the reason and the way to allow it', async () => {
    await editor.command('Neuron Pruner: Prune Model');
    const refusal = editor.notification(/not trusted.*shown, but not run/s);
    await refusal.waitFor();
    await refusal.getByText('Manage Workspace Trust').waitFor();
    assert.ok(!existsSync(join(workspace.folder, '.neuron-pruner')));
  });
});
