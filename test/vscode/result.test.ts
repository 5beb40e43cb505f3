// What a person does with two models in a real VS Code: compare them, measure their speed, look at and export a diagram.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, afterEach, before, describe, test } from 'node:test';
import { makeWorkspace, type Workspace } from '../workspace';
import { Editor, skipped } from './editor';

describe('two models', { skip: skipped }, () => {
  let workspace: Workspace;
  let editor: Editor;

  before(async () => {
    workspace = makeWorkspace();
    const cut = ['--ratio', '0.5', '--measure', 'l1', '--no-retrain', '--iterations', '1'];
    const { code, stderr } = workspace.run('prune', 'model', ...cut, '--out', 'smaller');
    assert.equal(code, 0, stderr);
    editor = await Editor.open(workspace.folder);
  });
  afterEach((context) => editor.tellFailure(context));
  after(async () => {
    await editor.close();
    workspace.remove();
  });

  const panel = (text: string | RegExp) => editor.panel().getByText(text).first();

  test('are compared, whichever they are', async () => {
    await editor.command('Neuron Pruner: Compare Models');
    await editor.pick(/^model/);
    await editor.pick(/^smaller/);
    await panel(/of the parameters removed/).waitFor();
    await panel(/How well they perform was not compared/).waitFor();
  });

  test('are run in turn, to see whether the small one is faster here', async () => {
    await editor.panel().getByRole('button', { name: 'Measure Speed' }).click();
    await panel(/as fast|Slower/).waitFor();
    await panel(/a second/).waitFor();
  });

  test('are drawn, and the drawing is exported', async () => {
    await editor.command('Neuron Pruner: Export Diagram');
    await editor.pick(/^SVG/);
    const path = join(workspace.folder, 'model', 'model-diagram.svg');
    await editor.save();
    await editor.until(() => existsSync(path));
    const drawing = readFileSync(path, 'utf8');
    assert.ok(/^<\?xml[^>]*>\s*<svg /.test(drawing) && drawing.includes('>conv1<') && drawing.endsWith('</svg>\n'));
  });

  test('leave the extension without errors in its log', () => assert.deepEqual(editor.errors, []));
});
