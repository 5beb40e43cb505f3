// A session in a process of its own: it outlives whoever started it, is found again, stopped, resumed, and refused where
// it must be.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { after, before, test } from 'node:test';
import type { Job, RecipeFile } from '../../src/protocol/session';
import { isLive, type SessionState } from '../../src/protocol/session-state';
import { type AttachedSession, attachSession, startSession } from '../../src/session/client/attached-session';
import { Inquiries } from '../../src/session/client/inquiries';
import { readSession } from '../../src/session/journal';
import { makeWorkspace, type Workspace } from '../workspace';

let workspace: Workspace;
let program: { module: string; log: string };
before(() => {
  workspace = makeWorkspace();
  program = { module: resolve('dist/session.cjs'), log: join(workspace.folder, 'process.log') };
});
after(() => workspace.remove());

/** @param epochs of retraining: many for a session that is still running when the test gets to it. */
function job(name: string, epochs: number, changes: Partial<Job> = {}): Job {
  const { model, data, folder } = workspace;
  const recipe: RecipeFile = { model, data: { source: data }, retrain: { epochs }, threads: 1 };
  const sessions = join(folder, 'sessions');
  const session = join(sessions, name);
  return {
    recipe,
    folder,
    sessions,
    session,
    out: join(folder, `${name}-pruned`),
    resume: false,
    version: '1',
    ...changes,
  };
}

const start = (own: Job): Promise<AttachedSession> => startSession(program, own, own.recipe.model);

async function until(session: AttachedSession, reached: (state: SessionState) => boolean): Promise<SessionState> {
  return new Promise((done) => {
    const look = (state: SessionState): void => {
      if (!reached(state)) return;
      listening.dispose();
      done(state);
    };
    const listening = session.onChange(look);
    look(session.state);
  });
}

const isOver = (state: SessionState): boolean => !isLive(state);
const trains = (state: SessionState): boolean => state.activity?.what === 'training';

test('a session tells its iterations and its curve, and ends with a result on disk', async () => {
  const session = await start(job('whole', 1));
  const end = await until(session, isOver);
  assert.equal(end.status, 'finished', end.message);
  assert.equal(end.iterations.length, end.stages);
  assert.ok(end.curve.length > 0);
  assert.ok(existsSync(join(end.out, 'model.json')) && existsSync(join(end.out, 'report.html')));
  const stored = await readSession(end.folder);
  assert.equal(stored?.status, 'finished');
  assert.deepEqual(stored?.iterations, end.iterations);
});

test('who left a session finds it again, running, with all it has told; stopped, it resumes', async () => {
  const first = await start(job('left', 400));
  await until(first, trains);
  first.dispose();
  const again = await attachSession(workspace.model);
  assert.ok(again);
  assert.equal(again.state.status, 'running');
  assert.ok(again.state.iterations.length > 0);
  await until(again, trains);
  await again.stop();
  const stopped = await until(again, isOver);
  assert.equal(stopped.status, 'stopped');
  assert.equal((await readSession(stopped.folder))?.status, 'stopped');
  const resumed = await start(job('left', 400, { resume: true }));
  const going = await until(resumed, trains);
  assert.equal(going.iterations.length, stopped.iterations.length);
  await resumed.stop();
  await until(resumed, isOver);
});

test('a second session on a model is refused while one runs', async () => {
  const first = await start(job('first', 400));
  await assert.rejects(start(job('second', 1)), /is being pruned by another session/);
  await first.stop();
  await until(first, isOver);
});

test('a process that is killed is reported, leaves the model free, and its session resumes', async () => {
  const session = await start(job('killed', 400));
  await until(session, trains);
  process.kill(session.state.pid ?? 0, 'SIGKILL');
  const { status, message, folder } = await until(session, isOver);
  assert.equal(status, 'interrupted');
  assert.match(message ?? '', /killed.*checkpoint is saved/);
  assert.equal((await readSession(folder))?.status, 'interrupted');
  const resumed = await start(job('killed', 400, { resume: true }));
  assert.ok((await until(resumed, trains)).iterations.length > 0);
  await resumed.stop();
  await until(resumed, isOver);
});

test('a model that changes while its session is stopped is not pruned on', async () => {
  const session = await start(job('changed', 400));
  await until(session, trains);
  await session.stop();
  await until(session, isOver);
  const before = readFileSync(workspace.model);
  writeFileSync(workspace.model, `${before} `);
  const resumed = await start(job('changed', 400, { resume: true }));
  const { status, message } = await until(resumed, isOver);
  writeFileSync(workspace.model, before);
  assert.equal(status, 'failed');
  assert.match(message ?? '', /has changed since the session/);
});

test('data that does not fit, a recipe for another model and a folder in the way are each one clear message', async () => {
  const wrong: [Partial<Job>, RegExp][] = [
    [
      { recipe: { ...job('x', 1).recipe, data: { source: join(workspace.folder, 'model') } } },
      /model\.json is one JSON document over many lines/,
    ],
    [{ recipe: { ...job('x', 1).recipe, prune: { layers: ['of_another_model'] } } }, /of_another_model/],
    [{ session: join(workspace.model, 'session') }, /cannot write|is a file|in the way/],
  ];
  for (const [changes, words] of wrong) {
    const end = await until(await start(job(`wrong-${words}`.replace(/\W/g, ''), 1, changes)), isOver);
    assert.equal(end.status, 'failed');
    assert.match(end.message ?? '', words);
  }
});

test('questions are answered by a process of their own, which starts again after it died', async () => {
  const inquiries = new Inquiries(program);
  const { layers, parameters } = await inquiries.inspect(workspace.model);
  assert.ok(layers.some(({ prunable }) => prunable));
  const { before: was, after: will } = await inquiries.predict({
    recipe: { model: workspace.model, data: { source: 'digits' } },
    folder: workspace.folder,
  });
  assert.equal(was.parameters, parameters);
  assert.ok(will.parameters < parameters);
  const child = inquiries.process;
  assert.ok(child);
  child.kill('SIGKILL');
  await once(child, 'exit');
  assert.equal((await inquiries.inspect(workspace.model)).parameters, parameters);
  await assert.rejects(inquiries.inspect(join(workspace.folder, 'none.json')), /There is no file/);
  inquiries.dispose();
});
