// The bundles work without the packages they were made of: apart from a checkout, on WebAssembly alone.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { makeWorkspace, type Workspace } from '../workspace';

let workspace: Workspace;
let run: Workspace['run'];
before(() => {
  workspace = makeWorkspace();
  const apart = join(workspace.folder, 'apart');
  mkdirSync(apart);
  for (const name of ['cli.cjs', 'tensorflow.cjs', 'tfjs-backend-wasm-simd.wasm'])
    cpSync(join('dist', name), join(apart, name));
  run = (...args) => {
    const options = { cwd: workspace.folder, encoding: 'utf8' } as const;
    const { status, stdout, stderr } = spawnSync(process.execPath, [join(apart, 'cli.cjs'), ...args], options);
    return { code: status, stdout, stderr };
  };
});
after(() => workspace.remove());

test('engines says which are missing there, and finds WebAssembly', () => {
  const { code, stdout, stderr } = run('engines', '--json');
  assert.equal(code, 0, stderr);
  const { engines } = JSON.parse(stdout) as { engines: { available: boolean; description: string }[] };
  assert.deepEqual(
    engines.map(({ available }) => available),
    [false, false, true],
  );
  assert.match(engines[0]?.description ?? '', /onnxruntime-node.*npm install/);
});

test('a session measures, cuts, trains and tests there on tensorflow', () => {
  const plan = ['--ratio', '0.5', '--measure', 'mean-activation', '--iterations', '1', '--epochs', '1'];
  const { code, stderr } = run(
    'prune',
    'model',
    '--data',
    'data',
    ...plan,
    '--engine',
    'tensorflow',
    '--out',
    'pruned',
  );
  assert.equal(code, 0, stderr);
  assert.match(stderr, /^Engine: tensorflow \(WebAssembly, 1 thread\), as asked for\.$/m);
});
