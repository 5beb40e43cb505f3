// The training loop: feeds seeded batches to a step graph, swaps the new weights for the old, reports, can stop
// after any step and go on from there to the same result.
import { epochOrder } from '../data/batches';
import type { Split } from '../data/dataset';
import { SampleFeed, type TargetFeed } from '../data/feed';
import { type Engine, type Feeds, outputOf, type Program } from '../engines/engine';
import { fixedBatch, type Graph } from '../model/graph';
import { elementCount, float32, scalar, type Tensor } from '../model/tensor';
import type { Values } from '../model/values';
import { random } from '../random';
import type { LossName } from './loss/loss';
import { objectivesOf, targetFeed } from './objective';
import { type OptimizerOptions, stepValues } from './optimizer';
import { learningRateAt, type Schedule } from './schedule';
import { maskOf, type StepGraph, stepGraph, teacherOf } from './step';
import type { Mask } from './tape';
import type { Distillation, Lesson, Teacher } from './teacher';

export interface TrainingOptions {
  readonly epochs: number;
  readonly batch: number;
  readonly optimizer: OptimizerOptions;
  readonly schedule: Schedule;
  /** Default: what suits each target. */
  readonly loss?: LossName;
  /** Fixes the order of the samples and the dropout masks. */
  readonly seed: string;
  /** Weights whose zeros stay zero. */
  readonly sparse?: ReadonlySet<string>;
  /** Learns from a teacher of the same split besides. */
  readonly distillation?: Distillation & { readonly teacher: Teacher };
}

/** A run stopped after some step: enough to go on as if nothing had happened. */
export interface TrainingState {
  /** Steps done. */
  readonly step: number;
  readonly values: Values;
}

export interface TrainingProgress {
  /** Steps done, of `steps`; samples a step. */
  readonly step: number;
  readonly steps: number;
  readonly batch: number;
  /** Mean loss over the steps since the last report. */
  readonly loss: number;
  /** Share of the samples of those steps that were right; absent where the target is numbers. */
  readonly accuracy?: number;
}

export interface TrainingHooks {
  onProgress?(progress: TrainingProgress): void;
  /** Called after every epoch with a state that `resume` takes. */
  onEpoch?(state: TrainingState): Promise<void>;
  /** Asked after every step; true stops the run. */
  stopped?(): boolean;
  readonly resume?: TrainingState;
}

export type TrainingResult =
  | { readonly finished: true; readonly values: Values }
  | { readonly finished: false; readonly state: TrainingState };

/** Milliseconds between two progress reports. */
const REPORT_INTERVAL = 200;

/** Steps of an epoch. */
export function stepsOf(graph: Graph, samples: number, batch: number): number {
  return Math.floor(samples / batchOf(graph, samples, batch));
}

function batchOf(graph: Graph, samples: number, batch: number): number {
  return fixedBatch(graph) ?? Math.min(batch, samples);
}

/**
 * Trains the weights of a graph on the targets of a split, whose inputs and targets fit it (`fitDataset`).
 * @param values of every weight of the graph.
 */
export async function train(
  engine: Engine,
  graph: Graph,
  values: Values,
  split: Split,
  options: TrainingOptions,
  hooks: TrainingHooks = {},
): Promise<TrainingResult> {
  const batch = batchOf(graph, split.count, options.batch);
  const perEpoch = stepsOf(graph, split.count, options.batch);
  const steps = perEpoch * options.epochs;
  if (steps === 0) return { finished: true, values };
  const objectives = objectivesOf(graph, split.targets, options.loss);
  const samples = split.inputs.map(({ shape }) => shape);
  const automatic = engine.compileStep !== undefined;
  const sparse = options.sparse ?? new Set<string>();
  const step = stepGraph(graph, batch, samples, objectives, options.optimizer, sparse, automatic, options.distillation);
  const program = await compileStep(engine, step);
  try {
    const lesson = await options.distillation?.teacher.lesson(step.logits);
    const feed: StepFeed = {
      samples: new SampleFeed(step.inputs, split, batch),
      targets: objectives.map((objective, i) => ({
        name: objective.input,
        feed: targetFeed(objective, step.targets[i] ?? []),
      })),
      ...(lesson && { lesson }),
    };
    const run = new Run(step, values, feed, hooks.resume);
    let reported = performance.now();
    let since = { steps: 0, loss: 0, correct: 0 };
    let order: Uint32Array = new Uint32Array();
    for (let index = run.step; index < steps; index++) {
      const epoch = Math.floor(index / perEpoch);
      const position = index % perEpoch;
      if (position === 0 || order.length === 0) order = epochOrder(split.count, options.seed, epoch);
      await run.load(order.subarray(position * batch, (position + 1) * batch), options.seed, index);
      const rate = learningRateAt(options.schedule, index, steps);
      const outputs = await program.run(run.feeds(rate), run.targets());
      run.advance();

      const loss = Number(outputOf(outputs, step.loss).data[0]);
      if (!Number.isFinite(loss)) throw new Diverged(index, rate);
      since = {
        steps: since.steps + 1,
        loss: since.loss + loss,
        correct: since.correct + (step.correct ? Number(outputOf(outputs, step.correct).data[0]) : 0),
      };
      const now = performance.now();
      if (hooks.onProgress && (now - reported >= REPORT_INTERVAL || index + 1 === steps)) {
        hooks.onProgress({
          step: index + 1,
          steps,
          batch,
          loss: since.loss / since.steps,
          ...(step.correct !== undefined && { accuracy: since.correct / (since.steps * batch) }),
        });
        reported = now;
        since = { steps: 0, loss: 0, correct: 0 };
      }
      if (hooks.stopped?.()) return { finished: false, state: run.state() };
      if (position === perEpoch - 1 && index + 1 < steps) await hooks.onEpoch?.(run.state());
    }
    return { finished: true, values: run.weights() };
  } finally {
    await program.dispose();
  }
}

function compileStep(engine: Engine, { graph, differentiated }: StepGraph): Promise<Program> {
  if (engine.compileStep && differentiated) return engine.compileStep(differentiated);
  return engine.compile(graph, new Map());
}

/** The loss is no longer a number. */
export class Diverged extends Error {
  override readonly name = 'Diverged';
  constructor(step: number, rate: number) {
    super(
      `training diverged at step ${step + 1}: the loss is no longer a number (learning rate ${rate.toPrecision(3)})`,
    );
  }
}

/** What a step is fed of the data. */
interface StepFeed {
  readonly samples: SampleFeed;
  readonly targets: readonly { readonly name: string; readonly feed: TargetFeed }[];
  readonly lesson?: Lesson;
}

/** The tensors of a run. What is carried from step to step lies in two sets that swap roles, so nothing is copied. */
class Run {
  step: number;
  #current: Record<string, Tensor> = {};
  #next: Record<string, Tensor> = {};
  readonly #fixed: Record<string, Tensor> = {};
  readonly #masks: { readonly mask: Mask; readonly tensor: Tensor }[];

  constructor(
    private readonly graph: StepGraph,
    private readonly values: Values,
    private readonly feed: StepFeed,
    resume: TrainingState | undefined,
  ) {
    this.step = resume?.step ?? 0;
    for (const { name, shape } of graph.carried) {
      const start = resume?.values.get(name) ?? values.get(name);
      const size = elementCount(shape);
      this.#current[name] = float32(
        shape,
        start ? Float32Array.from(start.data as Float32Array) : new Float32Array(size),
      );
      this.#next[name] = float32(shape, new Float32Array(size));
    }
    for (const { name, shape } of graph.graph.inputs) {
      const weight = values.get(name);
      if (weight !== undefined && this.#current[name] === undefined) this.#fixed[name] = weight;
      for (const [masked, { data }] of values) {
        if (maskOf(masked) === name) {
          this.#fixed[name] = float32(
            shape.map(Number),
            Float32Array.from(data as Float32Array, (v) => (v === 0 ? 0 : 1)),
          );
        }
      }
    }
    this.#masks = graph.masks.map((mask) => {
      const tensor = float32(mask.shape, new Float32Array(elementCount(mask.shape)));
      this.#fixed[mask.name] = tensor;
      return { mask, tensor };
    });
    Object.assign(this.#fixed, feed.samples.tensors);
    for (const { name, feed: target } of feed.targets) this.#fixed[name] = target.tensor;
    feed.lesson?.tensors.forEach((tensor, i) => {
      this.#fixed[teacherOf(i)] = tensor;
    });
  }

  /** Reads the samples of a step and draws its dropout masks. */
  async load(indices: Uint32Array, seed: string, step: number): Promise<void> {
    const draw = `${seed} ${step}`;
    await this.feed.samples.load(indices, draw);
    for (const { feed } of this.feed.targets) await feed.load(indices, draw);
    await this.feed.lesson?.load(indices, this.feed.samples.tensors);
    this.#masks.forEach(({ mask, tensor }, i) => {
      fillMask(tensor.data as Float32Array, mask.rate, seed, step, i);
    });
  }

  feeds(learningRate: number): Feeds {
    const feeds: Record<string, Tensor> = { ...this.#fixed, ...this.#current };
    for (const [name, value] of stepValues(this.step + 1, learningRate)) {
      if (this.graph.graph.inputs.some((input) => input.name === name)) feeds[name] = scalar(value);
    }
    return feeds;
  }

  /** Where the engine writes what is carried on. */
  targets(): Feeds {
    const targets: Record<string, Tensor> = {};
    for (const { name, next } of this.graph.carried) targets[next] = this.#next[name] as Tensor;
    return targets;
  }

  advance(): void {
    [this.#current, this.#next] = [this.#next, this.#current];
    this.step++;
  }

  weights(): Values {
    const result = new Map(this.values);
    for (const { name, weight } of this.graph.carried) {
      if (!weight) continue;
      const tensor = this.#current[name] as Tensor;
      if (this.#fixed[maskOf(name)] !== undefined) withoutMinusZeros(tensor.data as Float32Array);
      result.set(name, tensor);
    }
    return result;
  }

  /** A copy: the tensors themselves are written over two steps later. */
  state(): TrainingState {
    const values = Object.entries(this.#current).map(([name, { shape, data }]): [string, Tensor] => {
      return [name, float32(shape, Float32Array.from(data as Float32Array))];
    });
    return { step: this.step, values: new Map(values) };
  }
}

/** A mask makes −0 of what was below zero, which would be stored, and packed, as if it were a number. */
function withoutMinusZeros(values: Float32Array): void {
  for (let i = 0; i < values.length; i++) values[i] = (values[i] as number) + 0;
}

/** 0 with probability `rate` (in 65,536ths), else 1 / (1 − rate). */
function fillMask(target: Float32Array, rate: number, seed: string, step: number, index: number): void {
  const source = random(seed, 'dropout', step, index);
  const kept = 1 / (1 - rate);
  const threshold = Math.round(rate * 65_536);
  for (let i = 0; i < target.length; i += 2) {
    const bits = source.bits();
    target[i] = (bits & 0xffff) < threshold ? 0 : kept;
    if (i + 1 < target.length) target[i + 1] = bits >>> 16 < threshold ? 0 : kept;
  }
}
