// Feeds damaged models to a process and says what went wrong: anything but a model or one clear sentence.
import { type ChildProcess, fork } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { strFromU8, strToU8, unzipSync, zipSync } from 'fflate';
import { type Random, random } from '../../src/random';
import { mutateConfig, mutateJson, ON_BYTES } from './mutate';
import { mutateOnnx } from './mutate-onnx';
import { Place } from './place';
import type { Task, Verdict } from './subject';

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

/** Of computing: on a busy machine it takes longer to get them. */
const MAX_SECONDS = 5;
/** Of waiting, computing or not. */
const MAX_WAIT = 60;
const MAX_BYTES = 2 * 2 ** 30;

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
  if (bytes[0] === 0x89 && bytes[1] === 0x48 && source.next() < 0.5) return mutateConfig(bytes, source);
  if (name.endsWith('.onnx') && source.next() < 0.7) return mutateOnnx(bytes, source);
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

export interface Outcome {
  readonly failures: readonly Failure[];
  readonly judged: number;
  /** Of those, how many were still models. */
  readonly opened: number;
}

export async function fuzz(worker: string, samples: readonly Sample[], budget: Budget): Promise<Outcome> {
  const failures: Failure[] = [];
  let [judged, opened] = [0, 0];
  const subject = new Subject(worker);
  const end = performance.now() + budget.seconds * 1000;
  try {
    for (let i = 0; i < budget.mutations && performance.now() < end; i++) {
      const sample = samples[i % samples.length] as Sample;
      const seed = budget.firstSeed + i;
      const { outcome, message } = await subject.judge(sample.name, damaged(sample, seed));
      judged++;
      if (outcome === 'opened') opened++;
      if (outcome === 'broken') failures.push({ sample: sample.name, seed, what: message });
    }
  } finally {
    subject.end();
  }
  return { failures, judged, opened };
}

/** The process that opens models; started anew where one ended it. */
class Subject {
  #process: ChildProcess | undefined;

  constructor(private readonly worker: string) {}

  async judge(name: string, files: ReadonlyMap<string, Uint8Array>): Promise<Verdict> {
    const place = new Place(mkdtempSync(join(tmpdir(), 'neuron-pruner-fuzz-')), files);
    try {
      const path = join(place.model, [...files.keys()][0] ?? name);
      const verdict = await this.#ask({ path, result: place.result });
      const harm = place.harm();
      return harm === undefined ? verdict : { outcome: 'broken', message: harm };
    } finally {
      place.remove();
    }
  }

  #ask(task: Task): Promise<Verdict> {
    this.#process ??= fork(this.worker, { env: { ...process.env, FUZZ_SUBJECT: '1' }, execArgv: [], stdio: 'ignore' });
    const subject = this.#process;
    return new Promise((resolve) => {
      const [started, before] = [performance.now(), secondsOf(subject.pid)];
      const watch = setInterval(() => {
        const bytes = residentBytes(subject.pid);
        if (bytes > MAX_BYTES) broken(`it took ${Math.round(bytes / 2 ** 20)} MB of memory`);
        else if (secondsOf(subject.pid) - before > MAX_SECONDS) broken(`it computed for more than ${MAX_SECONDS} s`);
        else if (performance.now() - started > MAX_WAIT * 1000) broken('it hung');
      }, 50);
      const settle = (verdict: Verdict): void => {
        clearInterval(watch);
        subject.removeAllListeners();
        resolve(verdict);
      };
      const broken = (message: string): void => {
        settle({ outcome: 'broken', message });
        this.end();
      };
      subject.once('message', (verdict: Verdict) => settle(verdict));
      subject.once('exit', (code, signal) => broken(`the process ended (${signal ?? code})`));
      subject.send(task);
    });
  }

  end(): void {
    this.#process?.kill('SIGKILL');
    this.#process = undefined;
  }
}

/** What a process has computed, by all its threads. Only Linux tells it so; elsewhere waiting alone is watched. */
function secondsOf(pid: number | undefined): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /, '')
      .split(' ');
    return (Number(fields[11]) + Number(fields[12])) / TICKS;
  } catch {
    return 0;
  }
}

/** Of a second, as Linux counts there. */
const TICKS = 100;

function residentBytes(pid: number | undefined): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return 1024 * Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0);
  } catch {
    // Only Linux tells it so; elsewhere time alone is watched.
    return 0;
  }
}
