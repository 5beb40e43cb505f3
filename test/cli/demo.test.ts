// npm run demo, as CI sees it: from nothing to a small model that TF.js opens.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { openModel } from '../../src/formats/open';
import { CLI } from '../workspace';

test('the demo prunes LeNet-5 to a third without significant loss, and leaves model and report', {
  timeout: 600_000,
}, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'neuron-pruner-demo-'));
  try {
    const { status, stdout, stderr } = spawnSync(process.execPath, [CLI, 'demo'], { cwd: folder, encoding: 'utf8' });
    assert.equal(status, 0, stderr);
    assert.match(stdout, /No significant loss of accuracy/);
    const session = JSON.parse(readFileSync(join(folder, 'demo/pruned/session.json'), 'utf8')) as {
      iterations: { score: number; parameters: number; nonZero: number }[];
    };
    const [first] = session.iterations;
    const last = session.iterations.at(-1);
    assert.ok(first && last);
    // Hard enough to be worth pruning for, easy enough to be learned.
    assert.ok(first.score > 0.97 && first.score < 0.995, `accuracy before ${first.score}`);
    assert.equal(last.parameters, 80_534);
    assert.ok(last.nonZero <= 0.08 * 431_080);
    const model = await openModel(join(folder, 'demo/pruned'));
    assert.deepEqual(
      model.layers.map(({ name }) => name),
      ['conv1', 'pool1', 'conv2', 'pool2', 'flatten', 'dense', 'dropout', 'classes'],
    );
    assert.match(readFileSync(join(folder, 'demo/pruned/report.html'), 'utf8'), /^<!doctype html>/i);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
