// Bundles the command line, the extension, its processes and its page into dist/.
import { cpSync } from 'node:fs';
import { build } from 'esbuild';
import { tensorflowApart } from './tensorflow-apart.mjs';

/** 4 MB of HDF5 library, read by whichever process first meets such a file: a file of its own. */
const hdf5Apart = {
  name: 'hdf5',
  setup: ({ onResolve }) => onResolve({ filter: /^h5wasm$/ }, () => ({ path: './hdf5.mjs', external: true })),
};

const shared = {
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  sourcemap: true,
  logLevel: 'warning',
  legalComments: 'none',
  plugins: [tensorflowApart('./tensorflow.cjs'), hdf5Apart],
};

await Promise.all([
  build({
    ...shared,
    plugins: [],
    entryPoints: ['h5wasm'],
    outfile: 'dist/hdf5.mjs',
    format: 'esm',
    sourcemap: false,
    charset: 'utf8',
  }),
  build({
    ...shared,
    entryPoints: ['src/cli.ts'],
    outfile: 'dist/cli.cjs',
    external: ['onnxruntime-node'],
    banner: { js: '#!/usr/bin/env node' },
  }),
  build({
    ...shared,
    entryPoints: ['src/engines/tensorflow/runtime.ts'],
    outfile: 'dist/tensorflow.cjs',
    minify: true,
    sourcemap: false,
  }),
  build({ ...shared, entryPoints: ['src/extension.ts'], outfile: 'dist/extension.cjs', external: ['vscode'] }),
  build({
    ...shared,
    entryPoints: ['src/session/process.ts'],
    outfile: 'dist/session.cjs',
    external: ['onnxruntime-node'],
  }),
  build({
    ...shared,
    entryPoints: ['src/language/server.ts'],
    outfile: 'dist/server.cjs',
    // jsonc-parser's main file loads its parts in a way that can't be bundled.
    mainFields: ['module', 'main'],
  }),
  build({
    ...shared,
    platform: 'browser',
    target: 'es2022',
    format: 'iife',
    entryPoints: ['webview/panel.ts', 'webview/panel.css'],
    outdir: 'dist/webview',
    loader: { '.ttf': 'file' },
  }),
]);
cpSync(
  'node_modules/@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm',
  'dist/tfjs-backend-wasm-simd.wasm',
);
cpSync('src/session/recipe.schema.json', 'dist/recipe.schema.json');
// Fetched by the page that draws a diagram, when it does.
cpSync('node_modules/elkjs/lib/elk-worker.min.js', 'dist/webview/elk-worker.js');
