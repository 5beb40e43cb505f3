// The engines of this machine, and a whole session on the second of them, by the bundled command line.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
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

const LSTM = resolve('../shared/models/keras/apple-stock/lstm_model.keras');
const skip = existsSync(LSTM) ? false : `${LSTM} is missing`;

test('auto retrains a recurrent Keras model by tensorflow, says why, and the smaller one opens again', { skip }, () => {
  const data = join(workspace.folder, 'waves');
  mkdirSync(data);
  for (const [part, count] of [
    ['train', 48],
    ['test', 32],
  ] as const) {
    const wave = (sample: number, step: number): number => 0.5 + 0.4 * Math.sin(sample + (0.1 + 0.002 * sample) * step);
    const values = Array.from({ length: count * 60 }, (_, i) => wave(Math.floor(i / 60), i % 60));
    writeFileSync(join(data, `x_${part}.npy`), npy([count, 60, 1], values));
    writeFileSync(
      join(data, `y_${part}.npy`),
      npy(
        [count, 1],
        Array.from({ length: count }, (_, i) => wave(i, 60)),
      ),
    );
  }
  const plan = ['--ratio', '0.5', '--measure', 'l1', '--iterations', '1', '--epochs', '1', '--batch', '16'];
  const { code, stderr } = workspace.run('prune', LSTM, '--data', 'waves', ...plan, '--out', 'small');
  assert.equal(code, 0, stderr);
  assert.match(stderr, /^Engine: tensorflow \(.*\) trains, since there is no gradient rule for LSTM/m);
  const { stdout } = workspace.run('inspect', 'small', '--json');
  const { layers } = JSON.parse(stdout) as { layers: { name: string; channels: number | null }[] };
  assert.equal(layers.find(({ name }) => name === 'lstm')?.channels, 25);
});

/** A NumPy array file of float32. */
function npy(shape: readonly number[], values: readonly number[]): Buffer {
  const text = `{'descr': '<f4', 'fortran_order': False, 'shape': (${shape.join(', ')}), }`;
  const header = Buffer.from(`${text.padEnd(117)}\n`);
  const size = Buffer.alloc(2);
  size.writeUInt16LE(header.length);
  return Buffer.concat([
    Buffer.from('\x93NUMPY\x01\x00', 'latin1'),
    size,
    header,
    Buffer.from(Float32Array.from(values).buffer),
  ]);
}
