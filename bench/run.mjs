// npm run bench: measures speed side by side with a peer, in one run, interleaved, and prints medians and ratios.
// `npm run bench -- training` runs the benchmarks whose name contains the word.
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { tensorflowApart } from '../scripts/tensorflow-apart.mjs';

const words = process.argv.slice(2);
const names = readdirSync('bench').filter((name) => name.endsWith('.bench.ts'));
rmSync('dist/bench', { recursive: true, force: true });
await build({
  entryPoints: names.map((name) => join('bench', name)),
  outdir: 'dist/bench',
  outExtension: { '.js': '.mjs' },
  bundle: true,
  packages: 'external',
  platform: 'node',
  target: 'node20',
  format: 'esm',
  logLevel: 'warning',
  plugins: [tensorflowApart(pathToFileURL('dist/tensorflow.cjs').href)],
});
for (const name of names.sort()) {
  if (words.length > 0 && !words.some((word) => name.includes(word))) continue;
  await import(pathToFileURL(join('dist/bench', name.replace(/\.ts$/, '.mjs'))).href);
}
