// The pictures of the README and the package, from a real run on the built-in digits.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CLI } from '../workspace';
import { Editor } from './editor';

const THEMES = { dark: 'Default Dark Modern', light: 'Default Light Modern', 'high-contrast': 'Dark High Contrast' };
const WHOLE_SESSION = 600_000;
const WIDE = { width: 1440, height: 900 };
const PICTURES = join('media', 'screens');

const folder = mkdtempSync(join(tmpdir(), 'neuron-pruner-screens-'));
const trained = spawnSync(
  process.execPath,
  [CLI, 'train', 'lenet5-maxout', '--data', 'digits', '--epochs', '1', '--out', 'digits'],
  { cwd: folder, stdio: 'inherit' },
);
if (trained.status !== 0) process.exit(1);
mkdirSync(PICTURES, { recursive: true });

const editor = await Editor.open(folder, { viewport: WIDE });
const tab = (name: string) => editor.panel().getByRole('tab', { name });
const button = (name: string) =>
  editor.panel().locator('vscode-button').filter({ hasText: name, visible: true }).first();

async function picture(name: string): Promise<void> {
  // Past the end of what moves.
  await editor.page.waitForTimeout(1500);
  await editor.page.screenshot({ path: join(PICTURES, `${name}.png`) });
}

try {
  await editor.openFile('digits/model.json');
  // VS Code asks for no lenses of an editor that has lost the focus.
  await editor.lens(/240,470 parameters/).waitFor();
  await editor.openSidebar();
  await editor.rows('Layers').nth(8).waitFor();
  await picture('model-dark');
  await editor.command('Neuron Pruner: Prune Model');
  await editor.pick('Built-in digits');
  await editor.panel().getByText('how small it gets is found while it runs').waitFor();
  await picture('plan-search');
  await editor
    .panel()
    .getByRole('radio', { name: /Maxout units/ })
    .click();
  await editor.panel().getByText('80,534').first().waitFor();
  await picture('plan-dark');
  await tab('Relevance').click();
  await button('Measure').click();
  await editor.panel().locator('np-columns').first().waitFor();
  await picture('relevance-dark');
  await tab('Plan').click();
  const epochs = editor.panel().getByRole('textbox', { name: 'Epochs' });
  await epochs.fill('1');
  await epochs.press('Enter');
  await button('Run').click();
  await tab('Run').click();
  await editor.panel().getByText('2 neurons a unit').first().waitFor({ timeout: WHOLE_SESSION });
  await picture('run-dark');
  await editor.notification(/of the parameters removed/).waitFor({ timeout: WHOLE_SESSION });
  await tab('Result').click();
  await editor
    .panel()
    .getByText(/^(No|A) significant/)
    .first()
    .waitFor();
  await editor.panel().getByText('Laying out the diagram').first().waitFor({ state: 'hidden' });
  await editor.page.keyboard.press('Escape');
  for (const [name, theme] of Object.entries(THEMES)) {
    await editor.command('Preferences: Color Theme');
    // The list is windowed: a theme further down is there once it is typed.
    const label = theme.replace('Default ', '');
    await editor.page.keyboard.type(label);
    // The list shows each theme as it is reached, and moves meanwhile: it is taken from the keyboard.
    await editor.page.locator('.quick-input-list .monaco-list-row').filter({ hasText: label }).first().waitFor();
    await editor.page.keyboard.press('Enter');
    await tab('Result').click();
    await picture(`result-${name}`);
    await tab('Plan').click();
    await picture(`plan-${name}`);
  }
  await editor.command('View: Toggle Primary Side Bar Visibility');
  for (const width of [400, 2000]) {
    await editor.page.setViewportSize({ width, height: 900 });
    for (const name of ['Relevance', 'Plan', 'Run', 'Result']) {
      await tab(name).click();
      await picture(`${name.toLowerCase()}-${width}`);
    }
  }
} catch (error) {
  await editor.page.screenshot({ path: join(tmpdir(), 'neuron-pruner-screens-failed.png') });
  throw error;
} finally {
  // Also where a step failed: an editor that nobody closes goes on running.
  await editor.close();
  rmSync(folder, { recursive: true, force: true });
}
