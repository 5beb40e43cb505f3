// Two models side by side: sizes, and whether one is significantly worse than the other.
import type { Dataset, Split } from '../data/dataset';
import { checkFit } from '../data/fit';
import type { Engine } from '../engines/engine';
import { accuracyOf, classify, outcomes } from '../evaluation/classify';
import { permutationTest } from '../evaluation/permutation';
import type { Model } from '../model/model';
import { loadValues } from '../model/values';
import { nonZeroCount } from '../pruning/sparsify';
import { SIGNIFICANCE } from './record';
import { modelFit } from './session';

export async function nonZero(model: Model): Promise<number> {
  return nonZeroCount(model.graph, await loadValues(model.graph));
}

export interface AccuracyTest {
  /** Of the two models, on the test samples. */
  readonly accuracies: readonly [number, number];
  readonly samples: number;
  readonly pValue: number;
  /** The result in a sentence. */
  readonly words: string;
}

/** Paired permutation test on the test samples. Throws UserError where the data fits one of the models not. */
export async function testModels(
  before: Model,
  after: Model,
  data: Dataset,
  engine: Engine,
  seed: number,
): Promise<AccuracyTest> {
  for (const model of [before, after]) checkFit(data, modelFit(model));
  const [first, second] = [await outcomesOf(before, data.test), await outcomesOf(after, data.test)];
  const pValue = permutationTest(first, second, seed);
  const [from, to] = [accuracyOf(first), accuracyOf(second)];
  const samples = data.test.count;
  const direction = `${(Math.abs(from - to) * 100).toFixed(2)} % ${to < from ? 'lower' : 'higher'}`;
  const words = `Accuracy on ${samples.toLocaleString('en')} test samples is ${direction}: ${
    pValue > SIGNIFICANCE ? 'no significant loss' : 'a significant loss'
  }, p = ${pValue.toFixed(3)}.`;
  return { accuracies: [from, to], samples, pValue, words };

  async function outcomesOf(model: Model, split: Split): Promise<Uint8Array> {
    return outcomes(await classify(engine, model.graph, await loadValues(model.graph), split), split);
  }
}
