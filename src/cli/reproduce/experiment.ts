// What the experiments have in common: a folder to work in, trainings side by side, models held against one another.
import { cp, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Split } from '../../data/dataset';
import { onnxruntime } from '../../engines/onnxruntime';
import { evaluate } from '../../evaluation/evaluate';
import type { Outcomes } from '../../evaluation/outcomes';
import { openModel } from '../../formats/open';
import { loadValues } from '../../model/values';
import { costOf } from '../../ops/cost';
import { nonZeroCount } from '../../pruning/sparsify';
import { runAll } from '../jobs';
import { duration, type Output } from '../output';
import type { RunCommand } from './kept-commands';

export interface Experiment {
  readonly description: string;
  /** What its data are. */
  readonly data: string;
  readonly seeds: number;
  run(setting: Setting): Promise<Finding>;
}

export interface Setting {
  /** Path of the data. */
  readonly data: string;
  readonly seeds: readonly number[];
  /** Trainings at a time. */
  readonly jobs: number;
  /** Folder for models and sessions. */
  readonly work: string;
  /** A shorter version, where there is one. */
  readonly quick: boolean;
  readonly output: Output;
  readonly runCommand: RunCommand;
}

/** What came out, for programs and for people. */
export interface Finding {
  readonly json: object;
  /** @param took how long it took, in words. */
  text(took: string): string;
}

/** A model is pruned by one session at a time: those that run side by side have a copy each. */
export async function copyOf(model: string, name: string): Promise<string> {
  const copy = `${model}-for-${name}`;
  await cp(model, copy, { recursive: true });
  return copy;
}

export interface Task {
  readonly label: string;
  run(): Promise<unknown>;
}

/** Runs the tasks side by side and says how long they take; the longest should come first. */
export async function runTasks(tasks: readonly Task[], { jobs, output }: Setting): Promise<void> {
  const total = tasks.length;
  const started = performance.now();
  let done = 0;
  output.note(`${total} trainings, ${jobs} at a time …`);
  const timed = tasks.map(({ label, run }) => async (): Promise<void> => {
    const start = performance.now();
    await run();
    done++;
    const seconds = (performance.now() - start) / 1000;
    const left = ((performance.now() - started) / 1000 / done) * (total - done);
    output.note(
      `[${done}/${total}] ${label}: ${duration(seconds)}${done < total ? ` · about ${duration(left)} left` : ''}`,
    );
  });
  await runAll(timed, Math.max(1, jobs));
}

/** Folders of the models of a session's iterations, the original first. */
export async function iterationModels(sessions: string): Promise<string[]> {
  const [session = ''] = (await readdir(sessions)).filter((name) => !name.startsWith('.'));
  const iterations = join(sessions, session, 'iterations');
  return (await readdir(iterations)).sort().map((name) => join(iterations, name, 'model'));
}

export interface TestedModel {
  readonly figures: {
    readonly parameters: number;
    readonly nonZero: number;
    readonly macs: number;
    readonly accuracy: number;
  };
  /** Of every sample: 1 where it is right. */
  readonly outcomes: Outcomes;
}

export async function testModel(path: string, test: Split): Promise<TestedModel> {
  const model = await openModel(path);
  const values = await loadValues(model.graph);
  const { score, outcomes } = await evaluate(onnxruntime(), model.graph, values, test);
  const { parameters, macs } = costOf(model);
  const figures = { parameters, nonZero: await nonZeroCount(model.graph), macs, accuracy: score };
  return { figures, outcomes };
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
