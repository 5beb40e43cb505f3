// Types, format, lint, and that imports go one way (see the table): what CI checks before it tests.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';

/** Folders of src/ that each folder may import from, besides itself. '.' stands for the files of src/ itself. */
const ALLOWED = {
  model: ['.'],
  ops: ['.', 'model'],
  formats: ['.', 'model', 'ops'],
  engines: ['.', 'model', 'ops', 'formats'],
  data: ['.', 'model'],
  training: ['.', 'model', 'ops', 'engines', 'data'],
  evaluation: ['.', 'model', 'ops', 'engines', 'data'],
  pruning: ['.', 'model', 'ops', 'engines', 'data', 'training', 'evaluation'],
  architectures: ['.', 'model', 'formats'],
  report: ['.', 'model', 'evaluation', 'pruning', 'session'],
  // Types alone, see below.
  protocol: ['.', 'pruning', 'session'],
  session: [
    '.',
    'model',
    'ops',
    'formats',
    'engines',
    'data',
    'training',
    'evaluation',
    'pruning',
    'report',
    'protocol',
    'architectures',
  ],
  language: ['.', 'model', 'ops', 'formats', 'pruning', 'protocol'],
  // The extension host never computes: of the session it may know its client and what lies on disk.
  editor: ['.', 'protocol', 'session', 'report'],
  cli: [
    '.',
    'protocol',
    'model',
    'ops',
    'formats',
    'engines',
    'data',
    'training',
    'evaluation',
    'pruning',
    'architectures',
    'report',
    'session',
  ],
};

/** What the panel's page may take from src/: messages, how a report writes and draws, plain arithmetic. Types may come from more. */
const FOR_WEBVIEW = [
  /^protocol\//,
  /^report\//,
  /^numbers$/,
  /^model\/align-layers$/,
  /^pruning\/relevance\/agreement$/,
  /^pruning\/relevance\/usual-measure$/,
  /^session\/hyperparameters$/,
  /^session\/usual-distillation$/,
  /^session\/record$/,
  /^session\/recipe\.schema\.json$/,
];

function webviewErrors() {
  const errors = [];
  for (const path of readdirSync('webview', { recursive: true }).filter((name) => name.endsWith('.ts'))) {
    const text = readFileSync(join('webview', path), 'utf8');
    for (const [, words, source] of text.matchAll(/\b(?:import|export)\b([^;']*)'([^']+)'/g)) {
      if (!source.startsWith('.') || words.startsWith(' type ')) continue;
      const target = relative('src', join('webview', dirname(path), source));
      if (target.startsWith('..') || FOR_WEBVIEW.some((allowed) => allowed.test(target))) continue;
      errors.push(`webview/${path} imports ${target}: the page may not depend on it`);
    }
  }
  return errors;
}

/** Modules of the editor that import each other, by way of others or not. */
function cycleErrors() {
  const imports = new Map();
  for (const path of readdirSync('src/editor', { recursive: true }).filter((name) => name.endsWith('.ts'))) {
    const text = readFileSync(join('src/editor', path), 'utf8');
    const own = [...text.matchAll(/\bimport\b([^;']*)'(\.[^']+)'/g)].filter(([, words]) => !words.startsWith(' type '));
    imports.set(
      path,
      own.map(([, , source]) => `${join(dirname(path), source)}.ts`),
    );
  }
  const errors = [];
  const done = new Set();
  const visit = (path, trail) => {
    if (trail.includes(path))
      errors.push(`src/editor: ${[...trail.slice(trail.indexOf(path)), path].join(' → ')} import each other`);
    if (trail.includes(path) || done.has(path)) return;
    for (const next of imports.get(path) ?? []) visit(next, [...trail, path]);
    done.add(path);
  };
  for (const path of imports.keys()) visit(path, []);
  return errors;
}

function importErrors() {
  const errors = [];
  for (const path of readdirSync('src', { recursive: true }).filter((name) => name.endsWith('.ts'))) {
    const folder = path.includes('/') ? path.split('/')[0] : '.';
    const text = readFileSync(join('src', path), 'utf8');
    for (const [, words, source] of text.matchAll(/\b(?:import|export)\b([^;']*)'([^']+)'/g)) {
      if (source === 'vscode' && folder !== 'editor' && path !== 'extension.ts')
        errors.push(`src/${path} imports vscode`);
      if (!source.startsWith('.')) continue;
      const target = relative('src', join('src', dirname(path), source));
      const to = target.includes('/') ? target.split('/')[0] : '.';
      if (folder === '.' || to === folder || to === '..') continue;
      if (!ALLOWED[folder]?.includes(to))
        errors.push(`src/${path} imports ${target}: ${folder} may not depend on ${to}`);
      else if (folder === 'protocol' && !words.startsWith(' type '))
        errors.push(`src/${path} imports ${target}: the protocol may take types alone from elsewhere`);
    }
  }
  return errors;
}

function run(command, args) {
  const { status } = spawnSync(join('node_modules/.bin', command), args, {
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  return status === 0;
}

const errors = [...importErrors(), ...webviewErrors(), ...cycleErrors()];
for (const error of errors) console.error(error);
const results = [
  errors.length === 0,
  run('tsc', ['--noEmit']),
  run('tsc', ['--noEmit', '-p', 'webview']),
  run('biome', ['ci', '--colors=off', '.']),
];
process.exit(results.every(Boolean) ? 0 : 1);
