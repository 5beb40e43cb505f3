// Bundles the command line and the extension into dist/.
import { cpSync } from 'node:fs';
import { build } from 'esbuild';

const shared = {
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  sourcemap: true,
  logLevel: 'warning',
  legalComments: 'none',
};

await Promise.all([
  build({
    ...shared,
    entryPoints: ['src/cli.ts'],
    outfile: 'dist/cli.cjs',
    external: ['onnxruntime-node'],
    banner: { js: '#!/usr/bin/env node' },
  }),
  build({ ...shared, entryPoints: ['src/extension.ts'], outfile: 'dist/extension.cjs', external: ['vscode'] }),
]);
cpSync('src/session/recipe.schema.json', 'dist/recipe.schema.json');
