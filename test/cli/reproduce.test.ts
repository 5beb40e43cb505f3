// An experiment on a handful of faces: what it reports, and that one that was killed goes on where it was.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { writeFaces } from '../data/faces';
import { inFolder } from '../data/folder';
import { CLI } from '../workspace';

const SIDE = 64;
const PEOPLE = { Anna: 9, Ben: 8, Cleo: 7, Dora: 3, Emil: 2 };
const LISTS = {
  'peopleDevTrain.txt': '3\nAnna\t9\nBen\t8\nCleo\t7\n',
  'pairsDevTrain.txt': '2\nAnna\t1\t2\nBen\t1\t2\nAnna\t1\tBen\t2\nBen\t3\tCleo\t1\n',
  'pairsDevTest.txt': '2\nDora\t1\t2\nEmil\t1\t2\nDora\t2\tEmil\t1\nDora\t1\tEmil\t2\n',
};

interface Found {
  readonly pairs: number;
  readonly rows: readonly {
    readonly title: string;
    readonly parameters: number;
    readonly nonZero: number;
    readonly verification: readonly { readonly distance: string; readonly accuracy: number }[];
  }[];
}

/** Runs the experiment, or kills it once `killed` says so. */
function reproduce(
  folder: string,
  args: readonly string[],
  killed?: () => boolean,
): Promise<[code: number | null, string, string]> {
  const asked = ['reproduce', 'vgg16-lfw', '--quick', '--data', '.', '--out', 'run', '--json', ...args];
  const child = spawn(process.execPath, [CLI, ...asked], { cwd: folder, detached: true });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const timer = setInterval(() => {
    // The experiment and the command it runs, as a terminal does.
    if (killed?.() && child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  }, 20);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      clearInterval(timer);
      resolve([code, stdout, stderr]);
    });
  });
}

function filesIn(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true }).map(String);
  } catch {
    return [];
  }
}

test('an experiment that was killed goes on without training its first network again', { timeout: 300_000 }, () =>
  inFolder(async (folder) => {
    await writeFaces(folder, PEOPLE, LISTS, SIDE);
    const run = join(folder, 'run');
    const cut = (): boolean => filesIn(join(run, 'sessions')).some((name) => /iterations.0*1$/.test(name));
    const [code] = await reproduce(folder, [], cut);
    assert.equal(code, null);
    const trained = readFileSync(join(run, 'vgg16-seed-1', 'model.json'));
    const [again, , why] = await reproduce(folder, []);
    assert.equal(again, 1);
    assert.match(why, /run is not empty/);
    const [done, stdout, stderr] = await reproduce(folder, ['--resume']);
    assert.equal(done, 0, stderr);
    assert.deepEqual(readFileSync(join(run, 'vgg16-seed-1', 'model.json')), trained);
    const { pairs, rows } = JSON.parse(stdout) as Found;
    assert.equal(pairs, 4);
    assert.deepEqual(
      rows.map(({ title }) => title),
      [
        'original',
        'maxout of 4 neurons a unit',
        '3 neurons a unit',
        '2 neurons a unit',
        '1 neuron a unit',
        '50 % of the weights',
      ],
    );
    for (const { verification } of rows) {
      assert.deepEqual(
        verification.map(({ distance }) => distance),
        ['cosine', 'bray-curtis'],
      );
    }
    const [first, last] = [rows[0], rows.at(-1)];
    assert.ok(first && last);
    assert.ok(last.parameters < 0.4 * first.parameters, `${last.parameters} of ${first.parameters}`);
    assert.ok(last.nonZero < 0.2 * first.parameters, `${last.nonZero} of ${first.parameters}`);
    // One that is done has nothing left to run: the same figures, from what is kept.
    const [, repeated] = await reproduce(folder, ['--resume']);
    assert.deepEqual((JSON.parse(repeated) as Found).rows, rows);
  }),
);

test('an experiment is resumed only where one was begun', () =>
  inFolder(async (folder) => {
    await writeFaces(folder, PEOPLE, LISTS, SIDE);
    const [code, , stderr] = await reproduce(folder, ['--resume']);
    assert.equal(code, 1);
    assert.match(stderr, /run holds no vgg16-lfw that was begun/);
  }));
