// The engines of this machine, and a whole session on the second of them, by the bundled command line.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { makeWorkspace, type Workspace } from '../workspace';

let workspace: Workspace;
before(() => {
  workspace = makeWorkspace();
});
after(() => workspace.remove());

interface EngineReport {
  readonly engine: string;
  readonly backend: string;
  readonly available: boolean;
  readonly version?: string;
  readonly threads?: number;
  readonly device?: string;
  readonly description: string;
}

test('engines tells of each engine its version, threads and device, or why it is missing', () => {
  const { code, stdout, stderr } = workspace.run('engines', '--json');
  assert.equal(code, 0, stderr);
  assert.equal(stderr, '');
  const { engines } = JSON.parse(stdout) as { engines: EngineReport[] };
  assert.deepEqual(
    engines.map(({ engine, backend }) => `${engine} ${backend}`),
    ['onnxruntime native', 'tensorflow native', 'tensorflow wasm'],
  );
  for (const { engine, backend, available, version, threads, device, description } of engines) {
    if (available) {
      assert.match(version ?? '', /^\d+\.\d+\.\d+$/);
      assert.ok((threads ?? 0) >= 1);
      assert.match(device ?? '', /^CPU/);
    } else {
      // Only what has to be built for a machine may be missing.
      assert.equal(`${engine} ${backend}`, 'tensorflow native');
      assert.match(description, /tfjs-node\.mjs/);
    }
  }
});

test('engines prints a table for people', () => {
  const { code, stdout } = workspace.run('engines');
  assert.equal(code, 0);
  assert.match(stdout, /^engine +backend +here/);
  assert.match(stdout, /^onnxruntime +native +yes/m);
});

test('a session runs to its end on tensorflow, and says which engine it runs on', () => {
  const plan = ['--ratio', '0.5', '--measure', 'l1', '--iterations', '1', '--epochs', '1'];
  const to = ['--engine', 'tensorflow', '--out', 'by-tensorflow'];
  const { code, stdout, stderr } = workspace.run('prune', 'model', '--data', 'data', ...plan, ...to);
  assert.equal(code, 0, stderr);
  assert.match(stderr, /^Engine: tensorflow \(.*\), as asked for\.$/m);
  assert.match(stdout, /Model and report: .*by-tensorflow/);
});
