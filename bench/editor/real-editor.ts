// In a real VS Code: how long the extension's activation takes.
import { prepareEditor } from '../../scripts/editor.mjs';
import { Editor } from '../../test/vscode/editor';
import { makeWorkspace } from '../../test/workspace';
import { median } from '../measure';

const ACTIVATIONS = 9;
/** Milliseconds in which a window comes to rest. */
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

function show(what: string, times: readonly number[]): void {
  const sorted = [...times].sort((a, b) => a - b);
  const slowest = sorted[Math.floor(0.95 * (sorted.length - 1))] ?? 0;
  console.log(`  ${what.padEnd(34)} ${Math.round(median(sorted))} ms, 95 % within ${Math.round(slowest)} ms`);
}
