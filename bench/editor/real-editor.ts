// In a real VS Code: what the extension takes to activate, a model.json to show its CodeLenses, and a command to be
// answered while a session trains with all cores.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import { prepareEditor } from '../../scripts/editor.mjs';
import { deepModel } from '../../test/language/deep-model';
import { Editor } from '../../test/vscode/editor';
import { makeWorkspace } from '../../test/workspace';
import { median } from '../measure';

const BLOCKS = 250;
const ROUNDS = 15;

export async function realEditor(): Promise<void> {
  const prepared = prepareEditor();
  if ('missing' in prepared) {
    console.log(`\nNothing is measured in a real VS Code: ${prepared.missing}.`);
    return;
  }
  process.env.NEURON_PRUNER_EDITOR = JSON.stringify(prepared);
  const workspace = makeWorkspace();
  mkdirSync(join(workspace.folder, 'deep'));
  writeFileSync(join(workspace.folder, 'deep', 'model.json'), JSON.stringify(deepModel(BLOCKS), null, 2));
  const recipe = {
    model: 'model/model.json',
    data: { source: 'digits' },
    prune: { method: 'ratio', measure: 'l1' },
    retrain: { epochs: 500 },
  };
  writeFileSync(join(workspace.folder, 'half.prune.json'), JSON.stringify(recipe));
  const editor = await Editor.open(workspace.folder);
  try {
    console.log('\nA real VS Code');
    show('activation', await activation(editor));
    show('CodeLens, 1,003 layers', await untilLenses(editor));
    await startTraining(editor);
    show('command while training', await roundTrips(editor));
  } finally {
    // Its session lives on without it, unless it is stopped.
    await editor.command('Neuron Pruner: Stop Session');
    await editor.notification(/stopped/).waitFor();
    await editor.close();
    workspace.remove();
  }
}

function show(what: string, times: readonly number[]): void {
  console.log(`  ${what.padEnd(28)} ${Math.round(median([...times].sort((a, b) => a - b)))} ms`);
}

/** As VS Code itself counts it: loading the program and activate(). */
async function activation(editor: Editor): Promise<number[]> {
  await editor.command('Developer: Show Running Extensions');
  const row = editor.page.locator('.extension').filter({ hasText: 'Neuron Pruner' });
  const text = await row.locator('.activation-time').innerText();
  return [Number(/(\d+)\s*ms/.exec(text)?.[1])];
}

/** From the file being chosen to its lenses being drawn. */
async function untilLenses(editor: Editor): Promise<number[]> {
  const start = performance.now();
  await editor.openFile('deep/model.json');
  await editor.lens(/^16 channels/).waitFor();
  return [performance.now() - start];
}

async function startTraining(editor: Editor): Promise<void> {
  await editor.openFile('half.prune.json');
  await editor.command('Neuron Pruner: Prune Model');
  await editor.panel().getByRole('button', { name: 'Run' }).click();
  await session(editor)
    .filter({ hasText: /training \d+ %/ })
    .waitFor();
}

function session(editor: Editor): Locator {
  return editor.statusBar.locator('.statusbar-item').filter({ hasText: 'model:' }).first();
}

/** A click on the status bar's session: the extension host answers by showing it in the panel. */
async function roundTrips(editor: Editor): Promise<number[]> {
  const times: number[] = [];
  const run = editor.panel().getByRole('tab', { name: 'Run', selected: true });
  for (let i = 0; i < ROUNDS; i++) {
    await editor.panel().getByRole('tab', { name: 'Plan' }).click();
    await run.waitFor({ state: 'detached' });
    const start = performance.now();
    await session(editor).click();
    await run.waitFor();
    times.push(performance.now() - start);
  }
  return times;
}
