// Two models side by side: sizes, and whether one is significantly worse than the other.
import type { Dataset } from '../data/dataset';
import type { Engine } from '../engines/engine';
import { UserError } from '../errors';
import { evaluate } from '../evaluation/evaluate';
import type { MetricInfo, MetricName } from '../evaluation/metrics/metric';
import { permutationTest } from '../evaluation/permutation';
import type { Model } from '../model/model';
import { loadValues } from '../model/values';
import { count } from '../numbers';
import type { DataChoice } from '../protocol/recipe-file';
import { nonZeroCount } from '../pruning/sparsify';
import { pStatement } from '../report/format';
import { scoreDifference, worsening } from '../report/score-text';
import { fittedTo } from './data';
import { suspicion } from './judge';
import { metricOf, ownLoss } from './own-loss';
import { SIGNIFICANCE } from './record';

export async function nonZero(model: Model): Promise<number> {
  return nonZeroCount(model.graph);
}

export interface ComparisonTest {
  readonly metric: MetricInfo;
  /** Of the two models, on the test samples. */
  readonly scores: readonly [number, number];
  readonly samples: number;
  readonly pValue: number;
  /** The result in a sentence. */
  readonly words: string;
  /** What a person should know about how the data is read, and where the first model does as if it were fed otherwise. */
  readonly notes: readonly string[];
}

export interface TestOptions {
  readonly seed: number;
  /** Default: what suits the data, and the loss of the first model. */
  readonly metric?: MetricName;
  /** Of the data: whether it would be better fed otherwise is only asked where this is there. */
  readonly choice?: DataChoice;
}

/** Paired permutation test on the test samples. Throws UserError where the data fits one of the models not. */
export async function testModels(
  before: Model,
  after: Model,
  data: Dataset,
  engine: Engine,
  { seed, metric: name, choice }: TestOptions,
): Promise<ComparisonTest> {
  const fitted = fittedTo(data, before);
  const metricName = name ?? metricOf(ownLoss(before), fitted.test.targets);
  const [first, second] = [await evaluated(before, fitted), await evaluated(after, fittedTo(data, after))];
  const { metric } = first;
  if (second.metric.name !== metric.name) {
    throw new UserError(
      `The first model is judged by its ${metric.title}, the second by its ${second.metric.title}: they do not compare.`,
    );
  }
  const pValue = permutationTest(first.outcomes, second.outcomes, seed);
  const samples = data.test.count;
  const verdict = `${pValue > SIGNIFICANCE ? 'no significant' : 'a significant'} ${worsening(metric)}`;
  const difference = scoreDifference(metric, first.score, second.score);
  const words = `On ${count(samples)} test samples ${difference}: ${verdict}, ${pStatement(pValue)}.`;
  const suspected = choice && (await suspicion(before, fitted, choice, engine, first, metricName));
  const notes = [...fitted.notes, ...(suspected === undefined ? [] : [suspected])];
  return { metric, scores: [first.score, second.score], samples, pValue, words, notes };

  async function evaluated({ graph }: Model, { test }: Dataset) {
    return evaluate(engine, graph, await loadValues(graph), test, metricName);
  }
}
