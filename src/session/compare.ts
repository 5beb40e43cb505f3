// Two models side by side: sizes, and whether one is significantly worse than the other.
import type { Dataset, Split, Target } from '../data/dataset';
import { asInFile, type Engine } from '../engines/engine';
import { UserError } from '../errors';
import { type Evaluation, evaluate } from '../evaluation/evaluate';
import { suiting } from '../evaluation/metrics/index';
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

/** How the two models do by one of their outputs. */
export interface OutputTest {
  /** The target that the output is for. */
  readonly target: string;
  readonly metric: MetricInfo;
  /** Of the two models, on the test samples. */
  readonly scores: readonly [number, number];
  readonly samples: number;
  readonly pValue: number;
  /** The result in a sentence. */
  readonly words: string;
}

export interface ComparisonTest extends OutputTest {
  /** By the other outputs that the data have targets for. */
  readonly others: readonly OutputTest[];
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
  const splits = new Map([
    [before, fitted.test],
    [after, fittedTo(data, after).test],
  ]);
  const [own, ...more] = fitted.test.targets;
  if (own === undefined) throw new UserError(`${data.name} has no target to test by.`);
  const suits = fitted.test.targets.some((target) => suiting(name, target) !== undefined);
  const nameFor = (target: Target): MetricName | undefined =>
    (suits ? suiting(name, target) : name) ?? metricOf(ownLoss(before), [target]);
  const metricName = nameFor(own);
  const judged = await testOutput(own, metricName);
  const others: OutputTest[] = [];
  for (const target of more) others.push((await testOutput(target, nameFor(target))).test);
  const suspected = choice && (await suspicion(before, fitted, choice, engine, judged.first, metricName));
  const notes = [...fitted.notes, ...(suspected === undefined ? [] : [suspected])];
  return { ...judged.test, others, notes };

  async function evaluated(model: Model, { output }: Target, by: MetricName | undefined): Promise<Evaluation> {
    const split = splits.get(model) as Split;
    const targets = split.targets.filter((target) => target.output === output);
    const values = await loadValues(model.graph);
    return asInFile(() => evaluate(engine, model.graph, values, { ...split, targets }, by));
  }

  async function testOutput(
    target: Target,
    by: MetricName | undefined,
  ): Promise<{ test: OutputTest; first: Evaluation }> {
    const [first, second] = [await evaluated(before, target, by), await evaluated(after, target, by)];
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
    const which = fitted.test.targets.length > 1 ? `By "${target.name}", on` : 'On';
    const words = `${which} ${count(samples)} test samples ${difference}: ${verdict}, ${pStatement(pValue)}.`;
    return {
      test: { target: target.name, metric, scores: [first.score, second.score], samples, pValue, words },
      first,
    };
  }
}
