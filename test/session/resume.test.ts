// A session that is stopped or killed at any moment ends, once resumed, as if nothing had happened.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, rmSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { filesOf, makeWorkspace, type Workspace } from '../workspace';

const SESSION = ['prune', 'model', '--data', 'data', '--epochs', '4', '--keep-weights', '0.5', '--threads', '1'];
let workspace: Workspace;
let undisturbed: Map<string, string>;

before(() => {
  workspace = makeWorkspace();
  const { code, stderr } = workspace.run(...SESSION, '--out', 'undisturbed', '--sessions', 'sessions-undisturbed');
  assert.equal(code, 0, stderr);
  undisturbed = weightsOf('undisturbed');
});
after(() => workspace.remove());

/** What must not depend on when a session was stopped: the model's files (the report holds times). */
function weightsOf(out: string): Map<string, string> {
  const files = filesOf(join(workspace.folder, out));
  return new Map([...files].filter(([name]) => name.endsWith('.bin') || name === 'model.json'));
}

function sessionPath(name: string, ...parts: string[]): string {
  const sessions = join(workspace.folder, name);
  const [session = ''] = existsSync(sessions) ? readdirSync(sessions).filter((entry) => !entry.startsWith('.')) : [];
  return join(sessions, session, ...parts);
}

/** Starts the session, sends it a signal once `ready` says so, and returns how it ended. */
async function interrupt(name: string, signal: NodeJS.Signals, ready: () => boolean) {
  const child = workspace.start(...SESSION, '--out', `out-${name}`, '--sessions', name);
  let stderr = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  while (!ready() && child.exitCode === null) await wait(2);
  child.kill(signal);
  const [code, killedBy] = (await once(child, 'close')) as [number | null, string | null];
  return { code, killedBy, stderr };
}

function resume(name: string): void {
  const { code, stderr } = workspace.run(...SESSION, '--out', `out-${name}`, '--sessions', name, '--resume');
  assert.equal(code, 0, stderr);
  assert.deepEqual(weightsOf(`out-${name}`), undisturbed);
}

test('the same session run again gives the same model, bit for bit', () => {
  const { code, stderr } = workspace.run(...SESSION, '--out', 'again', '--sessions', 'sessions-again');
  assert.equal(code, 0, stderr);
  assert.deepEqual(weightsOf('again'), undisturbed);
});

const moments: Record<string, (name: string) => boolean> = {
  'before its folder is there': () => true,
  'as soon as its folder is there': (name) => existsSync(sessionPath(name, 'recipe.json')),
  'after the first checkpoint': (name) => existsSync(sessionPath(name, 'iterations', '000')),
  'while it retrains': (name) =>
    existsSync(sessionPath(name, 'iterations', '000')) && existsSync(sessionPath(name, 'training.state')),
  'after the second cut': (name) => existsSync(sessionPath(name, 'iterations', '002')),
  'while it prunes weights': (name) => existsSync(sessionPath(name, 'iterations', '003')),
};
for (const [moment, ready] of Object.entries(moments)) {
  const name = `killed-${moment.replaceAll(' ', '-')}`;
  test(`killed ${moment} and resumed, a session ends as an undisturbed one`, async () => {
    const { killedBy } = await interrupt(name, 'SIGKILL', () => ready(name));
    assert.equal(killedBy, 'SIGKILL');
    assert.equal(existsSync(join(workspace.folder, `out-${name}`)), false, 'a killed session leaves no result');
    resume(name);
  });
}

test('a search that is killed and resumed finds what an undisturbed one does', async () => {
  const search = ['prune', 'model', '--data', 'data', '--until', 'accuracy>=20%', '--measure', 'l2'];
  const options = ['--validation', '0.5', '--epochs', '1', '--last-epochs', '0', '--distil', '--threads', '1'];
  const whole = workspace.run(...search, ...options, '--out', 'found', '--sessions', 'search');
  assert.equal(whole.code, 0, whole.stderr);
  const killed = [...search, ...options, '--out', 'found-again', '--sessions', 'search-killed'];
  const child = workspace.start(...killed);
  while (!existsSync(sessionPath('search-killed', 'iterations', '003')) && child.exitCode === null) await wait(2);
  child.kill('SIGKILL');
  await once(child, 'close');
  const resumed = workspace.run(...killed, '--resume');
  assert.equal(resumed.code, 0, resumed.stderr);
  assert.deepEqual(weightsOf('found-again'), weightsOf('found'));
});

test('Ctrl-C stops after the step, saves, says how to go on, and going on gives the same model', async () => {
  const name = 'stopped';
  const { code, stderr } = await interrupt(name, 'SIGINT', () => existsSync(sessionPath(name, 'training.state')));
  assert.equal(code, 1);
  assert.match(stderr, /Stopping after this step/);
  assert.match(stderr, /saved\. Go on with the same command and --resume/);
  resume(name);
});

test('a checkpoint that was cut short is not used: the one before is', () => {
  const name = 'cut-short';
  const { code, stderr } = workspace.run(...SESSION, '--out', `out-${name}`, '--sessions', name);
  assert.equal(code, 0, stderr);
  rmSync(join(workspace.folder, `out-${name}`), { recursive: true });
  const shard = sessionPath(name, 'iterations', '002', 'model', 'group1-shard1of1.bin');
  truncateSync(shard, 1000);
  resume(name);
  assert.ok(readFileSync(shard).length > 1000, 'the checkpoint was written anew');
});

test('an unfinished session is not thrown away by starting it again without --resume', async () => {
  const name = 'not-thrown-away';
  await interrupt(name, 'SIGKILL', () => existsSync(sessionPath(name, 'iterations', '001')));
  const { code, stderr } = workspace.run(...SESSION, '--out', `out-${name}`, '--sessions', name);
  assert.equal(code, 1);
  assert.match(stderr, /unfinished\. Go on with --resume, or delete the folder/);
  resume(name);
  rmSync(join(workspace.folder, `out-${name}`), { recursive: true });
  const again = workspace.run(...SESSION, '--out', `out-${name}`, '--sessions', name);
  assert.equal(again.code, 0, 'a finished one may run again');
});

test('going on with other options begins anew, and says which session was stopped', async () => {
  const name = 'with-others';
  await interrupt(name, 'SIGKILL', () => existsSync(sessionPath(name, 'iterations', '001')));
  const stopped = readdirSync(join(workspace.folder, name))[0] ?? '';
  const others = ['--ratio', '0.5', '--measure', 'l1', '--no-retrain', '--resume'];
  const { code, stderr } = workspace.run(
    'prune',
    'model',
    '--data',
    'data',
    ...others,
    '--out',
    'other',
    '--sessions',
    name,
  );
  assert.equal(code, 0, stderr);
  assert.match(stderr, new RegExp(`begins anew; ${stopped} in .* was started with others`));
});

test('training that was cut short is not used: the iteration starts over', async () => {
  const name = 'training-cut-short';
  await interrupt(name, 'SIGINT', () => existsSync(sessionPath(name, 'training.state')));
  truncateSync(sessionPath(name, 'training.state'), 5000);
  resume(name);
});
