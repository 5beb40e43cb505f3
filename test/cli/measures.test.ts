// What the command line says of the measures that --measure names.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { MEASURES } from '../../src/pruning/relevance/index';
import { makeWorkspace, type Workspace } from '../workspace';

let workspace: Workspace;
before(() => {
  workspace = makeWorkspace();
});
after(() => workspace.remove());

test('measures says of each measure what it is, what it reads and where it comes from', () => {
  const { code, stdout, stderr } = workspace.run('measures');
  assert.equal(code, 0, stderr);
  assert.equal(stderr, '');
  for (const { name, description, needs, source } of MEASURES.values()) {
    assert.match(stdout, new RegExp(`^${name} +${needs} `, 'm'));
    assert.ok(stdout.includes(`${name}: ${description}`), name);
    assert.ok(stdout.includes(source), name);
  }
});

test('measures --json is one document', () => {
  const { code, stdout, stderr } = workspace.run('measures', '--json');
  assert.equal(code, 0, stderr);
  assert.deepEqual(
    JSON.parse(stdout).measures,
    [...MEASURES.values()].map(({ name, description, needs, source }) => ({ name, description, needs, source })),
  );
});
