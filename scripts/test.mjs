// Bundles every test file and runs them with Node's own runner; the last line is `N passed, N failed, N skipped`.
// `npm test -- pruning maxout` runs the test files whose path contains one of the words.
import { readdirSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { tensorflowApart } from './tensorflow-apart.mjs';
import './build.mjs';
import { prepareEditor } from './editor.mjs';

const words = process.argv.slice(2);
const entryPoints = readdirSync('test', { recursive: true })
  .filter((path) => path.endsWith('.test.ts'))
  .filter((path) => words.length === 0 || words.some((word) => path.includes(word)))
  .map((path) => join('test', path));
if (entryPoints.length === 0) {
  console.error(`No test file's path contains ${words.join(' or ')}.`);
  process.exit(1);
}

if (entryPoints.some((path) => path.startsWith(join('test', 'vscode')))) {
  const editor = prepareEditor();
  if ('missing' in editor) {
    console.error(`Tests in a real VS Code are skipped: ${editor.missing}.`);
    process.env.NEURON_PRUNER_NO_EDITOR = editor.missing;
  } else process.env.NEURON_PRUNER_EDITOR = JSON.stringify(editor);
}

rmSync('dist/test', { recursive: true, force: true });
await build({
  entryPoints,
  outdir: 'dist/test',
  outbase: 'test',
  outExtension: { '.js': '.mjs' },
  bundle: true,
  packages: 'external',
  platform: 'node',
  target: 'node20',
  format: 'esm',
  sourcemap: 'inline',
  logLevel: 'warning',
  plugins: [tensorflowApart(pathToFileURL('dist/tensorflow.cjs').href)],
});

const count = { passed: 0, failed: 0, skipped: 0 };
const files = entryPoints.map((path) => join('dist', path.replace(/\.ts$/, '.mjs')));
// An editor and a browser want the machine for themselves, and so does what watches the clock of damaged files.
const alone = (path) => path.includes(join('test', 'vscode')) || path.includes(join('test', 'fuzz'));
await runTests(
  files.filter((path) => !alone(path)),
  Math.min(2, availableParallelism()),
);
await runTests(files.filter(alone), 1);
console.log(`${count.passed} passed, ${count.failed} failed${count.skipped > 0 ? `, ${count.skipped} skipped` : ''}`);
process.exitCode = count.failed > 0 || count.passed === 0 ? 1 : 0;

async function runTests(paths, concurrency) {
  if (paths.length === 0) return;
  const stream = run({ files: paths, concurrency, timeout: 900_000 });
  // A suite (describe) and a file are containers, not tests.
  const isTest = (event) => event.details.type !== 'suite' && event.name !== event.file && !files.includes(event.name);
  stream.on('test:pass', (event) => {
    if (!isTest(event)) return;
    if (event.skip === undefined) count.passed++;
    else count.skipped++;
  });
  stream.on('test:fail', (event) => {
    if (event.details.type !== 'suite') count.failed++;
  });
  const report = stream.compose(new spec());
  report.pipe(process.stdout, { end: false });
  await new Promise((resolve) => report.on('end', resolve));
}
