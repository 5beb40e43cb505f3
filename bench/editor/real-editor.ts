// In a real VS Code: how long the extension's activation takes, and how long a command waits for its answer while nothing
// else runs and while a session trains with all cores.
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { prepareEditor } from '../../scripts/editor.mjs';
import { startSession } from '../../src/session/client';
import { Editor } from '../../test/vscode/editor';
import { makeWorkspace, type Workspace } from '../../test/workspace';
import { median } from '../measure';

const ACTIVATIONS = 9;
const COMMANDS = 25;
/** Milliseconds in which a window, or a session, comes to rest. */
const SETTLED = 5_000;

export async function realEditor(): Promise<void> {
  const prepared = prepareEditor();
  if ('missing' in prepared) {
    console.log(`\nA real VS Code is not measured: ${prepared.missing}.`);
    return;
  }
  process.env.NEURON_PRUNER_EDITOR = JSON.stringify(prepared);
  const workspace = makeWorkspace();
  const editor = await Editor.open(workspace.folder);
  try {
    console.log('\nThe extension in a real VS Code');
    const activations: number[] = [];
    for (let i = 0; i <= ACTIVATIONS; i++) activations.push(await activation(editor));
    show('its activation, as VS Code says', activations.slice(1));
    show('a command, nothing else running', await commands(editor));
    const session = await train(workspace);
    try {
      await setTimeout(SETTLED);
      show('a command while a session trains', await commands(editor));
    } finally {
      session.dispose();
      if (session.state.pid !== undefined) process.kill(session.state.pid, 'SIGKILL');
    }
  } finally {
    await editor.close();
    workspace.remove();
  }
}

/** Milliseconds in which its code was loaded and activate() ran, in a window that is loaded anew. */
async function activation(editor: Editor): Promise<number> {
  await editor.reload();
  await editor.page.waitForTimeout(SETTLED);
  await editor.command('Developer: Show Running Extensions');
  const row = editor.page.locator('.runtime-extensions-editor .extension').filter({ hasText: 'Neuron Pruner' }).first();
  const text = await row.locator('.activation-time').innerText();
  const [, figure] = /(\d+)\s*ms/.exec(text) ?? [];
  if (figure === undefined) throw new Error(`VS Code says of the activation: ${text}`);
  return Number(figure);
}

/** Milliseconds from the key that runs a command to the list of models that the extension answers with. */
async function commands(editor: Editor): Promise<number[]> {
  const waits: number[] = [];
  for (let i = 0; i <= COMMANDS; i++) waits.push(await command(editor));
  return waits.slice(1);
}

async function command({ page }: Editor): Promise<number> {
  const entry = (text: string) => page.locator('.quick-input-list .monaco-list-row').filter({ hasText: text }).first();
  await page.keyboard.press('F1');
  await page.locator('.quick-input-widget .quick-input-box input').fill('>Neuron Pruner: Compare Models');
  await entry('Compare Models').waitFor();
  const waiting = page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        document.addEventListener(
          'keydown',
          ({ timeStamp }) => {
            const look = (): void => {
              const answered = document.querySelector('.quick-input-list .monaco-list-row')?.textContent ?? '';
              if (answered.includes('model.json')) resolve(performance.now() - timeStamp);
              else requestAnimationFrame(look);
            };
            look();
          },
          { capture: true, once: true },
        );
      }),
  );
  await page.keyboard.press('Enter');
  const waited = await waiting;
  await page.keyboard.press('Escape');
  await page.locator('.quick-input-widget').waitFor({ state: 'hidden' });
  return waited;
}

function train({ folder, model, data }: Workspace): ReturnType<typeof startSession> {
  const sessions = join(folder, '.neuron-pruner');
  const recipe = { model, data: { source: data }, retrain: { epochs: 5_000 } };
  const [session, out] = [join(sessions, 'bench'), join(folder, 'bench')];
  const job = { recipe, folder, sessions, session, out, resume: false, version: 'bench' };
  return startSession({ module: 'dist/session.cjs', log: join(folder, 'session.log') }, job, model);
}

function show(what: string, times: readonly number[]): void {
  const sorted = [...times].sort((a, b) => a - b);
  const slowest = sorted[Math.floor(0.95 * (sorted.length - 1))] ?? 0;
  console.log(`  ${what.padEnd(34)} ${Math.round(median(sorted))} ms, 95 % within ${Math.round(slowest)} ms`);
}
