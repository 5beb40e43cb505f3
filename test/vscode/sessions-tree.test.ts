// What is done with sessions from the sidebar of a real VS Code: a report exported, a new session branched from an
// iteration, one deleted; and what is said of one that an earlier version of the extension left running.
import assert from 'node:assert/strict';
import { cpSync, existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, afterEach, before, describe, test } from 'node:test';
import { version } from '../../package.json';
import { type AttachedSession, startSession } from '../../src/session/client/attached-session';
import { makeWorkspace, type Workspace } from '../workspace';
import { Editor, skipped } from './editor';

const WHOLE_SESSION = 600_000;

describe('sessions in the sidebar', { skip: skipped }, () => {
  let workspace: Workspace;
  let editor: Editor;
  const running: AttachedSession[] = [];

  before(async () => {
    workspace = makeWorkspace();
    const { folder, model, run } = workspace;
    const cuts = ['--data', 'data', '--ratio', '0.4', '--measure', 'l1', '--iterations', '2', '--epochs', '1'];
    const { code, stderr } = run('prune', 'model', ...cuts, '--out', 'smaller');
    assert.equal(code, 0, stderr);
    const sessions = join(folder, '.neuron-pruner');
    cpSync(join(folder, 'model'), join(folder, 'digits-example'), { recursive: true });
    const started = (name: string, path: string, by: string): Promise<AttachedSession> => {
      const recipe = { model: path, data: { source: join(folder, 'data') }, retrain: { epochs: 500 } };
      const [session, out] = [join(sessions, name), join(folder, name)];
      const job = { recipe, folder, sessions, session, out, resume: false, version: by };
      return startSession({ module: 'dist/session.cjs', log: join(folder, 'session.log') }, job, path);
    };
    running.push(await started('older', model, '0.0.9'));
    running.push(await started('other', join(folder, 'digits-example', 'model.json'), version));
    editor = await Editor.open(folder);
  });
  afterEach((context) => editor.tellFailure(context));
  after(async () => {
    for (const session of running) {
      const { pid, status } = session.state;
      if (pid !== undefined && status === 'running') process.kill(pid, 'SIGKILL');
      session.dispose();
    }
    await editor.close();
    workspace.remove();
  });

  const panel = (text: string | RegExp) => editor.panel().getByText(text).first();
  const finished = () => editor.rows('Sessions').filter({ hasText: /% removed/ });

  test('those that run are found, with a word on the update where an earlier version runs one', async () => {
    await editor
      .notification(/model is being pruned by version 0\.0\.9 of the extension, which was updated meanwhile/)
      .waitFor();
    await editor.statusBar.getByText(/\+1$/).waitFor();
  });

  test('of two that run the one that was chosen is stopped', async () => {
    await editor.command('Neuron Pruner: Stop Session');
    await editor.pick('digits-example');
    await editor.notification(/digits-example: stopped\. Everything up to here is saved/).waitFor();
    await editor.statusBar.getByText(/model: [^+]*$/).waitFor();
  });

  test('the report of a finished one is exported', async () => {
    await editor.openSidebar();
    await editor.chooseFromMenu(finished(), 'Export Report');
    await editor.save();
    await editor.until(() => existsSync(join(workspace.folder, 'model-report.html')));
  });

  test('a new one is branched from an iteration while another runs, and its result stands beside the first original too', async () => {
    const iteration = editor.rows('Sessions').filter({ hasText: '20 % of the channels' });
    if (!(await iteration.isVisible())) await finished().locator('.monaco-tl-twistie').click();
    await iteration.hover();
    await iteration.locator('.action-label[aria-label^="Branch"]').click();
    await panel('model-branch-1').waitFor();
    assert.ok(existsSync(join(workspace.folder, 'model-branch-1', 'model.json')));
    await editor.view('Layers').getByText('model-branch-1').waitFor();
    await editor.panel().getByRole('button', { name: 'Run' }).click();
    await editor.notification(/of the parameters removed/).waitFor({ timeout: WHOLE_SESSION });
    await editor.panel().getByRole('tab', { name: 'Result' }).click();
    await panel(/which it was branched from: .*of the parameters removed/).waitFor();
  });

  test('the last one that runs is stopped', async () => {
    await editor.command('Neuron Pruner: Stop Session');
    await editor.notification(/(?<!-)model: stopped\. Everything up to here is saved/).waitFor();
  });

  test('one is deleted with all its iterations, once that is confirmed; its result stays', async () => {
    const folder = (name: string) => readdirSync(join(workspace.folder, '.neuron-pruner')).includes(name);
    assert.ok(folder('older'));
    const stopped = editor.rows('Sessions').filter({ hasText: /^model.*stopped/ });
    await editor.chooseFromMenu(stopped, 'Delete Session');
    await editor.page.locator('.monaco-dialog-box').getByRole('button', { name: 'Delete' }).click();
    await editor.until(async () => !folder('older') && (await stopped.count()) === 0);
    assert.ok(existsSync(join(workspace.folder, 'smaller', 'model.json')));
  });

  test('the walkthrough leads through four steps, and stays open beside the example it opens', async () => {
    await editor.command('Welcome: Open Walkthrough');
    await editor.page.keyboard.type('Make a Network');
    await editor.pick('Make a Network Smaller');
    await editor.page.getByText('Create the Example').first().click();
    await editor.page.getByRole('tab', { name: 'model.json' }).waitFor();
    await editor.lens(/^20 channels · 520 parameters/).waitFor();
    await editor.page.locator('.tab').filter({ hasText: 'Welcome' }).click();
    for (const step of ['Have a model', 'Look at its layers', 'Prune it', 'See that nothing was lost']) {
      await editor.page.getByText(step).first().waitFor();
    }
  });

  test('the extension logs no errors', () => assert.deepEqual(editor.errors, []));
});
