// In a real VS Code: how long the extension's activation takes, and how soon a command answers while a session trains.
import { join } from 'node:path';
import { prepareEditor } from '../../scripts/editor.mjs';
import { type AttachedSession, startSession } from '../../src/session/client/attached-session';
import { Editor } from '../../test/vscode/editor';
import { makeWorkspace, type Workspace } from '../../test/workspace';
import { median } from '../measure';

const ACTIVATIONS = 9;
const COMMANDS = 40;
/** Milliseconds in which a window comes to rest. */
const SETTLED = 5_000;
/** Milliseconds after which a key counts as lost. */
const PATIENCE = 5_000;
/** Runs Compare Models, which asks which of the workspace's models: there and back between window and extension. */
const KEYS = 'Control+Alt+9';

export async function realEditor(): Promise<void> {
  const prepared = prepareEditor();
  if ('missing' in prepared) {
    console.log(`\nA real VS Code is not measured: ${prepared.missing}.`);
    return;
  }
  process.env.NEURON_PRUNER_EDITOR = JSON.stringify(prepared);
  const workspace = makeWorkspace();
  try {
    console.log('\nThe extension in a real VS Code');
    const editor = await Editor.open(workspace.folder, { keys: { 'ctrl+alt+9': 'neuronPruner.compare' } });
    try {
      show('a command, nothing running', await roundTrips(editor));
      const session = await trainWithAllCores(workspace);
      try {
        show('a command while a session trains', await roundTrips(editor));
      } finally {
        end(session);
      }
      const activations: number[] = [];
      for (let i = 0; i <= ACTIVATIONS; i++) activations.push(await activation(editor));
      show('its activation, as VS Code says', activations.slice(1));
    } finally {
      await editor.close();
    }
  } finally {
    workspace.remove();
  }
}

function trainWithAllCores({ folder, model }: Workspace): Promise<AttachedSession> {
  const recipe = { model, data: { source: join(folder, 'data') }, retrain: { epochs: 5000 }, threads: 0 };
  const sessions = join(folder, '.neuron-pruner');
  const job = { recipe, folder, sessions, session: join(sessions, 'bench'), out: join(folder, 'bench'), resume: false };
  const program = { module: 'dist/session.cjs', log: join(folder, 'session.log') };
  return startSession(program, { ...job, version: 'bench' }, model);
}

function end(session: AttachedSession): void {
  if (session.state.pid !== undefined) process.kill(session.state.pid, 'SIGKILL');
  session.dispose();
}

/** Milliseconds from a key to the list that the extension's answer fills. */
async function roundTrips(editor: Editor): Promise<number[]> {
  const { page } = editor;
  await page.waitForTimeout(SETTLED);
  const times: number[] = [];
  for (let i = 0; i <= COMMANDS; i++) {
    const answered = page.evaluate(
      () =>
        new Promise<number>((resolve) => {
          let pressed = 0;
          const listen = (event: KeyboardEvent): void => {
            if (event.key === '9') pressed = event.timeStamp;
          };
          window.addEventListener('keydown', listen, { capture: true });
          const look = (): void => {
            const shown = document.querySelector('.quick-input-widget .monaco-list-row');
            if (pressed === 0 || !(shown instanceof HTMLElement) || shown.offsetParent === null) {
              requestAnimationFrame(look);
              return;
            }
            window.removeEventListener('keydown', listen, { capture: true });
            resolve(performance.now() - pressed);
          };
          look();
        }),
    );
    // A key is lost where the focus moves just then, as when a notification comes: what counts is the last.
    for (let time: number | undefined; time === undefined; ) {
      await page.keyboard.press(KEYS);
      time = await Promise.race([answered, page.waitForTimeout(PATIENCE)]).then((own) => own ?? undefined);
      if (time !== undefined) times.push(time);
    }
    await page.keyboard.press('Escape');
    await page.locator('.quick-input-widget').waitFor({ state: 'hidden' });
    await page.waitForTimeout(100);
  }
  return times.slice(1);
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

function show(what: string, times: readonly number[]): void {
  const sorted = [...times].sort((a, b) => a - b);
  const slowest = sorted[Math.floor(0.95 * (sorted.length - 1))] ?? 0;
  console.log(`  ${what.padEnd(34)} ${Math.round(median(sorted))} ms, 95 % within ${Math.round(slowest)} ms`);
}
