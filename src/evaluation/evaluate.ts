// How well a model does on a split, by a metric.
import type { Split, Target } from '../data/dataset';
import { TargetFeed } from '../data/feed';
import { type Engine, outputOf } from '../engines/engine';
import type { Graph } from '../model/graph';
import { needed } from '../model/needed';
import { elementCount } from '../model/tensor';
import type { Values } from '../model/values';
import { NodeEmitter } from '../ops/emitter';
import { countedInterval, type Interval, intervalOf } from './interval';
import { metricFor } from './metrics/index';
import type { MetricInfo, MetricName } from './metrics/metric';
import { type Counts, type Outcomes, sumsOf } from './outcomes';
import { runOver } from './run-over';

export interface Evaluation {
  readonly metric: MetricInfo;
  readonly score: number;
  /** The 95 % confidence interval of the score. */
  readonly interval: Interval;
  /** The share of each sample that is right, minus its error, or what is counted of it. */
  readonly outcomes: Outcomes;
}

const OUTCOMES = 'evaluation/outcomes';
const TARGET = 'evaluation/target';

/**
 * Evaluates the output that the split's first target is for.
 * @param name of the metric; default: what suits the target.
 */
export async function evaluate(
  engine: Engine,
  graph: Graph,
  values: Values,
  split: Split,
  name?: MetricName,
): Promise<Evaluation> {
  const [target] = split.targets;
  if (target === undefined) throw new Error('a split without targets');
  const { metric, observed } = metricFor(graph, target, name);
  const emitter = new NodeEmitter('evaluation');
  const made = metric.emit(emitter, observed, TARGET);
  emitter.op('Identity', [made], {}, OUTCOMES);
  const counted = metric.counted?.(observed);
  const { width } = counted ?? { width: 1 };
  const emitted = { name: OUTCOMES, type: 'float32', shape: ['batch', ...(counted ? [width] : [])] } as const;
  const extended = needed(emitter.extend(graph, [emitted]));
  const type = target.kind === 'classes' ? 'int64' : 'float32';
  const answers = elementCount(target.shape);
  const sample = target.kind === 'classes' ? [answers] : target.shape;
  const input = { name: TARGET, type, shape: ['batch', ...sample] } as const;
  const perSample = new Float64Array(split.count * width);
  await runOver(
    engine,
    { ...extended, inputs: [...extended.inputs, input] },
    values,
    split,
    (outputs, done, _, batch) => {
      const { data } = outputOf(outputs, OUTCOMES);
      const from = (done - batch) * width;
      for (let i = 0; i < batch * width; i++) perSample[from + i] = Number(data[i]);
    },
    { extra: [{ name: TARGET, feed: (batch) => new TargetFeed(target, type, [batch, ...sample]) }] },
  );
  if (counted) return countedEvaluation(metric, { ...counted, counts: perSample });
  const spread = async (): Promise<number> => varianceOf(target, split.count);
  return {
    metric: infoOf(metric),
    score: await metric.score(perSample, spread),
    interval: await intervalOf(metric, perSample, spread),
    outcomes: metric.emits === 'right' ? perSample : perSample.map((error) => -error),
  };
}

function countedEvaluation(metric: MetricInfo, outcomes: Counts): Evaluation {
  const score = outcomes.score(sumsOf(outcomes));
  return { metric: infoOf(metric), score, interval: countedInterval(outcomes, score), outcomes };
}

function infoOf({ name, title, better, unit }: MetricInfo): MetricInfo {
  return { name, title, better, unit };
}

/** Samples read at a time. */
const READ = 1024;

/** Variance of a target's numbers about the mean of each of them: what saying the mean always would miss by. */
async function varianceOf(target: Target, count: number): Promise<number> {
  if (target.kind === 'classes' || count === 0) return 0;
  const size = elementCount(target.shape);
  const [sums, squares] = [new Float64Array(size), new Float64Array(size)];
  const rows = new Float32Array(READ * size);
  for (let from = 0; from < count; from += READ) {
    const indices = Array.from({ length: Math.min(READ, count - from) }, (_, i) => from + i);
    await target.read(indices, rows);
    for (let i = 0; i < indices.length * size; i++) {
      const value = rows[i] as number;
      sums[i % size] = (sums[i % size] as number) + value;
      squares[i % size] = (squares[i % size] as number) + value * value;
    }
  }
  let variance = 0;
  for (let i = 0; i < size; i++) variance += (squares[i] as number) / count - ((sums[i] as number) / count) ** 2;
  return variance / size;
}
