// Pruning in a real VS Code, as a person does it: from the palette to the result, and through all that may come between.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, afterEach, before, describe, test } from 'node:test';
import { makeWorkspace, type Workspace } from '../workspace';
import { Editor, skipped } from './editor';

/** Milliseconds for a whole session on a machine that is busy with others; seconds on one that is not. */
const WHOLE_SESSION = 600_000;

describe('a session', { skip: skipped }, () => {
  let workspace: Workspace;
  let editor: Editor;

  before(async () => {
    workspace = makeWorkspace();
    editor = await Editor.open(workspace.folder);
  });
  afterEach((context) => editor.tellFailure(context));
  after(async () => {
    for (const pid of sessionProcesses()) process.kill(pid, 'SIGKILL');
    await editor.close();
    workspace.remove();
  });

  const panel = (text: string | RegExp) => editor.panel().getByText(text).first();
  const button = (name: string) =>
    editor.panel().locator('vscode-button').filter({ hasText: name, visible: true }).first();
  const running = () =>
    editor.statusBar
      .locator('.statusbar-item')
      .filter({ hasText: /model: .*(measuring|training) \d+ %/ })
      .first();

  async function setEpochs(epochs: number): Promise<void> {
    await editor.panel().getByRole('tab', { name: 'Plan' }).click();
    const field = editor.panel().getByRole('textbox', { name: 'Epochs' });
    await field.fill(String(epochs));
    await field.press('Enter');
  }

  test('goes from the palette over model, data and plan to a smaller model, with the evidence', async () => {
    await editor.command('Neuron Pruner: Prune Model');
    await editor.pick('model');
    await editor.pick('Built-in digits');
    await panel(/How small it gets is found while it runs|how small it gets/).waitFor();
    await editor
      .panel()
      .getByRole('radio', { name: /Maxout units/ })
      .click();
    await setEpochs(1);
    await panel('80,534').waitFor();
    await button('Run').click();
    await running().waitFor();
    await editor.notification(/66\.5 % of the parameters removed/).waitFor({ timeout: WHOLE_SESSION });
    const out = join(workspace.folder, 'model', 'model-pruned');
    assert.ok(existsSync(join(out, 'report.html')));
    const { iterations } = JSON.parse(readFileSync(join(out, 'session.json'), 'utf8'));
    assert.deepEqual(
      iterations.map(({ parameters }: { parameters: number }) => parameters),
      [240_470, 187_158, 133_846, 80_534],
    );
    await editor.panel().getByRole('tab', { name: 'Result' }).click();
    await panel(/^(No|A) significant/).waitFor();
    await editor.openSidebar();
    await editor.rows('Sessions').filter({ hasText: '66.5 % removed' }).waitFor();
  });

  test('stops on request, and resumes where it was', async () => {
    await setEpochs(200);
    await button('Run').click();
    await running().waitFor();
    await editor.panel().getByRole('tab', { name: 'Run' }).click();
    await button('Stop').click();
    await panel(/Stopped with 1 of 4 iterations done/).waitFor();
    await editor.command('Neuron Pruner: Resume Session');
    await running().waitFor();
  });

  test('goes on while its window is reloaded, which finds it again', async () => {
    const before = sessionProcesses();
    assert.equal(before.length, 1);
    await editor.reload();
    await running().waitFor();
    assert.deepEqual(sessionProcesses(), before);
  });

  test('runs alone on its model: a second one is not offered', async () => {
    await editor.command('Neuron Pruner: Prune Model');
    await editor.panel().getByRole('tab', { name: 'Plan' }).click();
    const run = editor.panel().getByRole('button', { name: 'Run' });
    await editor.until(() => run.isDisabled());
  });

  test('whose process is killed says so, and resumes', async () => {
    for (const pid of sessionProcesses()) process.kill(pid, 'SIGKILL');
    const message = editor.notification(/ended unexpectedly.*checkpoint is saved/s);
    await message.waitFor();
    await message.getByText('Resume').click();
    await running().waitFor();
    await editor.command('Neuron Pruner: Stop Session');
    await editor.notification(/stopped\. Everything up to here is saved/).waitFor();
    await editor.until(() => sessionProcesses().length === 0);
  });

  test('leaves the extension without errors in its log', () => assert.deepEqual(editor.errors, []));
});

/** Processes that run a session of the extension under test. */
function sessionProcesses(): number[] {
  const { extensions } = JSON.parse(process.env.NEURON_PRUNER_EDITOR ?? '{}') as { extensions: string };
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        const line = readFileSync(join('/proc', pid, 'cmdline'), 'utf8');
        return line.includes(extensions) && line.includes('session.cjs') && line.includes('--session');
      } catch {
        // It has ended since it was listed.
        return false;
      }
    })
    .map(Number);
}
