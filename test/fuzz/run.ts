// Feeds damaged models to a process and says what went wrong: anything but a model or one clear sentence.
import { type ChildProcess, fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { strFromU8, strToU8, unzipSync, zipSync } from 'fflate';
import { type Random, random } from '../../src/random';
import { mutateJson, ON_BYTES } from './mutate';
import type { Verdict } from './subject';

/** A model as its files. */
export interface Sample {
  readonly name: string;
  /** Paths within its folder, the one to open first. */
  readonly files: ReadonlyMap<string, Uint8Array<ArrayBuffer>>;
}

export interface Failure {
  readonly sample: string;
  readonly seed: number;
  readonly what: string;
}

export const MAX_SECONDS = 5;
export const MAX_BYTES = 2 * 2 ** 30;

export interface Budget {
  readonly mutations: number;
  readonly firstSeed: number;
  readonly seconds: number;
}

/** The same seed damages a sample in the same way. */
export function damaged({ files }: Sample, seed: number): Map<string, Uint8Array> {
  const source = random('fuzz', seed);
  const names = [...files.keys()];
  const chosen = names[source.next() < 0.7 ? 0 : Math.floor(source.next() * names.length)] as string;
  const bytes = files.get(chosen) as Uint8Array;
  const result = new Map<string, Uint8Array>(files);
  result.set(chosen, damage(chosen, bytes, source));
  return result;
}

function damage(name: string, bytes: Uint8Array, source: Random): Uint8Array {
  if (name.endsWith('.json') && source.next() < 0.7) return strToU8(mutateJson(strFromU8(bytes), source));
  if (bytes[0] === 0x50 && bytes[1] === 0x4b && source.next() < 0.6) return damageArchive(bytes, source);
  return (ON_BYTES[Math.floor(source.next() * ON_BYTES.length)] ?? ((same) => same))(bytes, source);
}

/** Unpacks an archive, damages one of its files and packs it again. */
function damageArchive(bytes: Uint8Array, source: Random): Uint8Array {
  const files: Record<string, Uint8Array> = unzipSync(bytes);
  const names = Object.keys(files);
  const name = names[Math.floor(source.next() * names.length)] as string;
  files[name] = damage(name, files[name] as Uint8Array, source);
  if (source.next() < 0.1) files['../outside.json'] = strToU8('{}');
  if (source.next() < 0.05) files['bomb.bin'] = new Uint8Array(64 * 2 ** 20);
  return zipSync(files, { level: 1 });
}

export async function fuzz(worker: string, samples: readonly Sample[], budget: Budget): Promise<Failure[]> {
  const failures: Failure[] = [];
  const subject = new Subject(worker);
  const end = performance.now() + budget.seconds * 1000;
  try {
    for (let i = 0; i < budget.mutations && performance.now() < end; i++) {
      const sample = samples[i % samples.length] as Sample;
      const seed = budget.firstSeed + i;
      const what = await subject.judge(sample.name, damaged(sample, seed));
      if (what !== undefined) failures.push({ sample: sample.name, seed, what });
    }
  } finally {
    subject.end();
  }
  return failures;
}

/** The process that opens models; started anew where one ended it. */
class Subject {
  #process: ChildProcess | undefined;

  constructor(private readonly worker: string) {}

  /** Undefined where all went well. */
  async judge(name: string, files: ReadonlyMap<string, Uint8Array>): Promise<string | undefined> {
    const folder = await mkdtemp(join(tmpdir(), 'neuron-pruner-fuzz-'));
    try {
      for (const [path, bytes] of files) {
        await mkdir(dirname(join(folder, path)), { recursive: true });
        await writeFile(join(folder, path), bytes);
      }
      return await this.#ask(join(folder, [...files.keys()][0] ?? name));
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  #ask(path: string): Promise<string | undefined> {
    this.#process ??= fork(this.worker, { env: { ...process.env, FUZZ_SUBJECT: '1' }, execArgv: [], stdio: 'ignore' });
    const subject = this.#process;
    return new Promise((resolve) => {
      const started = performance.now();
      const watch = setInterval(() => {
        const bytes = residentBytes(subject.pid);
        if (bytes > MAX_BYTES) settle(`it took ${Math.round(bytes / 2 ** 20)} MB of memory`);
        // A slow machine must not look like a hang: three times the limit.
        else if (performance.now() - started > 3 * MAX_SECONDS * 1000) settle('it hung');
      }, 50);
      const settle = (what: string | undefined): void => {
        clearInterval(watch);
        subject.removeAllListeners();
        if (what !== undefined) this.end();
        resolve(what);
      };
      subject.once('message', ({ outcome, message }: Verdict) => settle(outcome === 'broken' ? message : undefined));
      subject.once('exit', (code, signal) => settle(`the process ended (${signal ?? code})`));
      subject.send(path);
    });
  }

  end(): void {
    this.#process?.kill('SIGKILL');
    this.#process = undefined;
  }
}

function residentBytes(pid: number | undefined): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return 1024 * Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0);
  } catch {
    // Only Linux tells it so; elsewhere time alone is watched.
    return 0;
  }
}
