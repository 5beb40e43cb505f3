// Bundles the command line, the extension, its processes and its page.
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { tensorflowApart } from './tensorflow-apart.mjs';

/** 4 MB of HDF5 library, read by whichever process first meets such a file: a file of its own. */
const hdf5Apart = {
  name: 'hdf5',
  setup: ({ onResolve }) => onResolve({ filter: /^h5wasm$/ }, () => ({ path: './hdf5.mjs', external: true })),
};

/** Most of the extension's code, which a workspace without a model never loads. */
const languageClientApart = {
  name: 'language client',
  setup: ({ onResolve }) =>
    onResolve({ filter: /^\.\/language-client$/ }, () => ({ path: './language-client.cjs', external: true })),
};

/**
 * @param {string} folder where they go.
 * @param {{ shipped: boolean }} options shipped: small and without source maps, for a package of the extension.
 */
export async function bundle(folder, { shipped }) {
  const shared = {
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    sourcemap: !shipped,
    minify: shipped,
    logLevel: 'warning',
    legalComments: 'none',
    plugins: [tensorflowApart('./tensorflow.cjs'), hdf5Apart],
  };
  const out = (name) => join(folder, name);
  const cli = {
    ...shared,
    entryPoints: ['src/cli.ts'],
    outfile: out('cli.cjs'),
    external: ['onnxruntime-node'],
    banner: { js: '#!/usr/bin/env node' },
  };
  await Promise.all([
    build({
      ...shared,
      plugins: [],
      entryPoints: ['h5wasm'],
      outfile: out('hdf5.mjs'),
      format: 'esm',
      sourcemap: false,
      charset: 'utf8',
    }),
    shipped || build(cli),
    build({
      ...shared,
      entryPoints: ['src/engines/tensorflow/runtime.ts'],
      outfile: out('tensorflow.cjs'),
      // One copy of tfjs-core for its gradients and its backend.
      mainFields: ['module', 'main'],
      minify: true,
      sourcemap: false,
    }),
    build({
      ...shared,
      plugins: [languageClientApart],
      entryPoints: ['src/extension.ts'],
      outfile: out('extension.cjs'),
      external: ['vscode'],
    }),
    build({
      ...shared,
      entryPoints: ['src/editor/language-client.ts'],
      outfile: out('language-client.cjs'),
      external: ['vscode'],
    }),
    build({
      ...shared,
      entryPoints: ['src/session/process.ts'],
      outfile: out('session.cjs'),
      external: ['onnxruntime-node'],
    }),
    build({
      ...shared,
      entryPoints: ['src/language/server.ts'],
      outfile: out('server.cjs'),
      // Never loaded there: the server reads no weights.
      external: ['onnxruntime-node'],
      // jsonc-parser's main file loads its parts in a way that can't be bundled.
      mainFields: ['module', 'main'],
    }),
    build({
      ...shared,
      platform: 'browser',
      target: 'es2022',
      format: 'iife',
      entryPoints: [
        { in: 'webview/panel.ts', out: 'panel' },
        { in: 'webview/panel.css', out: 'panel' },
        { in: 'webview/architecture/main.ts', out: 'architecture' },
        { in: 'webview/architecture/architecture.css', out: 'architecture' },
      ],
      outdir: out('webview'),
      loader: { '.ttf': 'file' },
    }),
  ]);
  cpSync(
    'node_modules/@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm',
    out('tfjs-backend-wasm-simd.wasm'),
  );
  cpSync('src/session/recipe.schema.json', out('recipe.schema.json'));
  // Fetched by the page that draws a diagram, when it does.
  cpSync('node_modules/elkjs/lib/elk-worker.min.js', out('webview/elk-worker.js'));
}
