// Writes docs/models.md: `npm run models -- FOLDER` (default ../shared/models). See test/models/table.ts.
import { mkdirSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { tensorflowApart } from './tensorflow-apart.mjs';

mkdirSync('docs', { recursive: true });
await build({
  entryPoints: ['test/models/table.ts'],
  outfile: 'dist/models.mjs',
  bundle: true,
  packages: 'external',
  platform: 'node',
  target: 'node20',
  format: 'esm',
  logLevel: 'warning',
  plugins: [tensorflowApart(pathToFileURL('dist/tensorflow.cjs').href)],
});
await import(pathToFileURL('dist/models.mjs').href);
