// How long models take here: the latency of one sample and the throughput of many. Models are run in turn, round by
// round, so that whatever else the machine does meets all of them alike.
import type { Split } from '../data/dataset';
import { SampleFeed } from '../data/feed';
import { interfaceOf } from '../data/fit';
import { words } from '../data/layout';
import type { Engine, Feeds, Program } from '../engines/engine';
import { UserError } from '../errors';
import { fixedBatch, type Graph } from '../model/graph';
import { elementCount, float32, type Tensor } from '../model/tensor';
import type { Values } from '../model/values';
import { largestValue } from '../ops/sample-size';
import { random } from '../random';
import type { Interval } from './interval';

export interface Latency {
  /** Milliseconds for one sample (for one batch, of a model made for one size of it). */
  readonly median: number;
  /** 95 % of the runs took at most so long. */
  readonly p95: number;
  /** Samples a second, many at a time. */
  readonly throughput: number;
  /** Medians of the rounds, in milliseconds, in their order. */
  readonly rounds: readonly number[];
}

export interface LatencyOptions {
  readonly rounds: number;
  /** Samples at a time, for the throughput. */
  readonly batch: number;
  /** What is fed; else random numbers from 0 to 1. */
  readonly samples?: readonly Split[];
  onRound?(done: number, of: number): void;
  stopped?(): boolean;
}

/** Milliseconds that a model runs before it is measured, and that a round of it takes about. */
const WARM_UP = 200;
const ROUND = 40;
/** Runs of a round at least, and at most. */
const FEWEST = 3;
const MOST = 2000;

/** @returns in the models' order. */
export async function measureLatency(
  engine: Engine,
  models: readonly { readonly graph: Graph; readonly values: Values }[],
  options: LatencyOptions,
): Promise<Latency[]> {
  const runners: Runner[] = [];
  try {
    for (const [i, { graph, values }] of models.entries()) {
      runners.push(await Runner.start(engine, graph, values, options.batch, options.samples?.[i]));
    }
    for (let round = 0; round < options.rounds; round++) {
      // Who comes first in a round takes turns too.
      for (const i of runners.keys()) await (runners[(i + round) % runners.length] as Runner).round();
      options.onRound?.(round + 1, options.rounds);
      if (options.stopped?.()) break;
    }
    return runners.map((runner) => runner.result());
  } finally {
    for (const runner of runners) await runner.program.dispose();
  }
}

class Runner {
  readonly #times: number[] = [];
  readonly #medians: number[] = [];
  readonly #throughputs: number[] = [];

  private constructor(
    readonly program: Program,
    private readonly one: Feeds,
    private readonly many: Feeds,
    private readonly batch: number,
    /** Runs of a round. */
    private readonly runs: number,
  ) {}

  static async start(
    engine: Engine,
    graph: Graph,
    values: Values,
    batch: number,
    samples: Split | undefined,
  ): Promise<Runner> {
    const fixed = fixedBatch(graph);
    const [one, many] = [await feedsOf(graph, fixed ?? 1, samples), await feedsOf(graph, fixed ?? batch, samples)];
    // Refuses what does not fit into memory.
    largestValue(graph);
    const program = await engine.compile(graph, values);
    const started = performance.now();
    let runs = 0;
    while (performance.now() - started < WARM_UP || runs < FEWEST) {
      await program.run(one);
      runs++;
    }
    await program.run(many);
    const each = (performance.now() - started) / runs;
    return new Runner(program, one, many, fixed ?? batch, Math.min(MOST, Math.max(FEWEST, Math.round(ROUND / each))));
  }

  async round(): Promise<void> {
    const times: number[] = [];
    for (let i = 0; i < this.runs; i++) times.push(await this.#time(this.one));
    this.#times.push(...times);
    this.#medians.push(quantile(times, 0.5));
    this.#throughputs.push((1000 * this.batch) / (await this.#time(this.many)));
  }

  result(): Latency {
    return {
      median: quantile(this.#times, 0.5),
      p95: quantile(this.#times, 0.95),
      throughput: quantile(this.#throughputs, 0.5),
      rounds: this.#medians,
    };
  }

  async #time(feeds: Feeds): Promise<number> {
    const started = performance.now();
    await this.program.run(feeds);
    return performance.now() - started;
  }
}

async function feedsOf(graph: Graph, batch: number, samples: Split | undefined): Promise<Feeds> {
  if (samples !== undefined) {
    const feed = new SampleFeed(graph.inputs, samples, batch);
    await feed.load(Uint32Array.from({ length: batch }, (_, i) => i % samples.count));
    return feed.tensors;
  }
  const { inputs } = interfaceOf(graph);
  return Object.fromEntries(
    graph.inputs.map(({ name, type, shape }, i): [string, Tensor] => {
      const known = inputs[i]?.name ?? name;
      const own = shape.slice(1).map((size) => {
        if (typeof size === 'number') return size;
        throw new UserError(
          `The input "${known}" takes more sizes than one, ${words(inputs[i]?.shape ?? [])}: name data to run the model on by --data.`,
        );
      });
      if (type !== 'float32') {
        throw new UserError(
          `The input "${known}" wants ${type} values, which can't be made up: name data to run the model on by --data.`,
        );
      }
      const full = [batch, ...own];
      const source = random('latency', name);
      return [
        name,
        float32(
          full,
          Float32Array.from({ length: elementCount(full) }, () => source.next()),
        ),
      ];
    }),
  );
}

export interface SpeedUp {
  /** How many times as fast the second model is; below 1 it is slower. */
  readonly ratio: number;
  readonly interval: Interval;
}

/** Draws of the bootstrap. */
const DRAWS = 2000;

/** From the rounds of two models that were measured in turn; the 95 % interval by bootstrap over the rounds. */
export function speedUp(before: Latency, after: Latency): SpeedUp {
  const ratios = before.rounds.map((time, i) => time / (after.rounds[i] ?? Number.NaN)).filter(Number.isFinite);
  const source = random('bootstrap');
  const medians = Array.from({ length: DRAWS }, () =>
    quantile(
      ratios.map(() => ratios[Math.floor(source.next() * ratios.length)] as number),
      0.5,
    ),
  );
  return { ratio: quantile(ratios, 0.5), interval: [quantile(medians, 0.025), quantile(medians, 0.975)] };
}

export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const place = share * (sorted.length - 1);
  const [low, high] = [sorted[Math.floor(place)] ?? Number.NaN, sorted[Math.ceil(place)] ?? Number.NaN];
  return low + (place - Math.floor(place)) * (high - low);
}
