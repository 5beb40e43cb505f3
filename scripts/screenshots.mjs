// Takes pictures of the extension's screens from a real run in a real VS Code: `npm run screenshots`. They go to media/.
import { spawnSync } from 'node:child_process';
import { build } from 'esbuild';
import { prepareEditor } from './editor.mjs';

const editor = prepareEditor();
if ('missing' in editor) {
  console.error(`No pictures: ${editor.missing}.`);
  process.exit(1);
}
await build({
  entryPoints: ['test/vscode/screenshots.ts'],
  outfile: 'dist/screenshots.mjs',
  bundle: true,
  packages: 'external',
  platform: 'node',
  target: 'node20',
  format: 'esm',
});
const env = { ...process.env, NEURON_PRUNER_EDITOR: JSON.stringify(editor) };
const { status } = spawnSync(process.execPath, ['dist/screenshots.mjs'], { stdio: 'inherit', env });
process.exit(status ?? 1);
