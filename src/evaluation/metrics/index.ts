// All metrics by name, and which one suits a model and its data.
import { classAxisOf } from '../../data/class-axis';
import type { Target } from '../../data/dataset';
import { UserError } from '../../errors';
import type { Graph } from '../../model/graph';
import { lastActivation } from '../../model/last-activation';
import { accuracy } from './accuracy';
import { binaryAccuracy } from './binary-accuracy';
import { meanAbsoluteError, meanSquaredError, rSquared } from './errors';
import { meanIou } from './mean-iou';
import type { Metric, MetricName, Observed } from './metric';

export const METRICS: ReadonlyMap<MetricName, Metric> = new Map(
  [accuracy, binaryAccuracy, meanIou, meanSquaredError, meanAbsoluteError, rSquared].map((metric) => [
    metric.name,
    metric,
  ]),
);

/** Outputs between 0 and 1: above ½ they mean yes. Others are logits: above 0. */
const PROBABILITIES: ReadonlySet<string> = new Set(['Sigmoid', 'HardSigmoid', 'Softmax']);

/**
 * The metric for a target, and what it observes.
 * @param name default: accuracy for classes, binary accuracy for zeros and ones, mean squared error for numbers.
 */
export function metricFor(graph: Graph, target: Target, name?: MetricName): { metric: Metric; observed: Observed } {
  const metric = METRICS.get(name ?? DEFAULTS[target.kind]);
  if (metric === undefined) throw new Error(`no metric "${name}"`);
  if (!metric.targets.includes(target.kind)) {
    throw new UserError(
      `The metric ${metric.name} does not suit the target "${target.name}", which holds ${
        target.kind === 'classes' ? 'classes: choose accuracy or mean-iou' : 'numbers: choose mse, mae or r2'
      }.`,
    );
  }
  const output = graph.outputs[target.output];
  if (output === undefined) throw new Error(`no output ${target.output} for the target "${target.name}"`);
  const observed = {
    value: output.name,
    shape: output.shape,
    classAxis: classAxisOf(target, output.shape),
    threshold: PROBABILITIES.has(lastActivation(graph, output.name)?.node.type ?? '') ? 0.5 : 0,
    target,
  };
  return { metric, observed };
}

/** The metric of that name where it suits the target; undefined: what suits it by default. */
export function suiting(name: MetricName | undefined, target: Target | undefined): MetricName | undefined {
  const metric = name && METRICS.get(name);
  return target !== undefined && metric?.targets.includes(target.kind) ? name : undefined;
}

const DEFAULTS = { classes: 'accuracy', binary: 'binary-accuracy', values: 'mse' } as const;
