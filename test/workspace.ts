// A folder as a person has it, for tests of whole sessions: a small data set in IDX files and a trained maxout model.
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { digits } from '../src/data/digits/digits';
import type { LabelledBytes, Subset } from '../src/data/samples';
import { idxBytes } from './data/folder';

export const CLI = resolve('dist/cli.cjs');

export interface Workspace {
  readonly folder: string;
  /** Folder of the IDX files: 640 training images of digits, 200 test images. */
  readonly data: string;
  /** model.json of a lenet5-maxout trained for an epoch. */
  readonly model: string;
  /** Runs the command line there. */
  run(...args: string[]): { code: number | null; stdout: string; stderr: string };
  /** Starts it without waiting. */
  start(...args: string[]): ReturnType<typeof spawn>;
  remove(): void;
}

export function makeWorkspace(): Workspace {
  const folder = mkdtempSync(join(tmpdir(), 'neuron-pruner-test-'));
  const data = join(folder, 'data');
  mkdirSync(data);
  const set = digits({ train: 640, test: 200 });
  writeIdx(data, 'train', set.train);
  writeIdx(data, 't10k', set.test);
  const run: Workspace['run'] = (...args) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [CLI, ...args], { cwd: folder, encoding: 'utf8' });
    return { code: status, stdout, stderr };
  };
  const trained = run('train', 'lenet5-maxout', '--data', 'data', '--epochs', '1', '--out', 'model', '--threads', '1');
  if (trained.code !== 0) throw new Error(trained.stderr);
  return {
    folder,
    data,
    model: join(folder, 'model', 'model.json'),
    run,
    start: (...args) => spawn(process.execPath, [CLI, ...args], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] }),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Every file of a folder by name, for comparing two folders byte for byte. */
export function filesOf(folder: string): Map<string, string> {
  const names = readdirSync(folder).sort();
  return new Map(names.map((name) => [name, readFileSync(join(folder, name)).toString('base64')]));
}

function writeIdx(folder: string, name: string, { samples, indices }: Subset<LabelledBytes>): void {
  const size = samples.values.length / samples.labels.length;
  const images = Array.from(indices, (index) => Array.from(samples.values.subarray(index * size, (index + 1) * size)));
  const labels = Array.from(indices, (index) => samples.labels[index] ?? 0);
  writeFileSync(join(folder, `${name}-images-idx3-ubyte`), idxBytes([indices.length, 28, 28], images.flat()));
  writeFileSync(join(folder, `${name}-labels-idx1-ubyte`), idxBytes([indices.length], labels));
}
