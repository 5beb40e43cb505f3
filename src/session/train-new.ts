// Trains a new model to prune: one of the architectures the product knows.
import { buildModel } from '../architectures/index';
import type { Dataset } from '../data/dataset';
import type { Engine } from '../engines/engine';
import { accuracyOf, classify, outcomes } from '../evaluation/classify';
import type { Model } from '../model/model';
import { loadValues, withValues } from '../model/values';
import { type TrainingHooks, train } from '../training/train';
import type { Retrain } from './recipe';
import { trained, trainingOptions } from './session';

export interface NewModel {
  readonly architecture: string;
  /** Neurons a maxout unit, for an architecture that has them. */
  readonly k?: number;
  readonly retrain: Retrain;
  readonly seed: number;
}

/** undefined where the training was stopped. */
export async function trainNew(
  { architecture, k, retrain, seed }: NewModel,
  data: Dataset,
  engine: Engine,
  hooks: TrainingHooks,
): Promise<{ model: Model; accuracy: number } | undefined> {
  const untrained = buildModel(architecture, {
    inputShape: data.shape,
    classes: data.classes,
    seed,
    ...(k !== undefined && { k }),
  });
  const values = await loadValues(untrained.graph);
  const options = trainingOptions(retrain, `${seed} train`);
  const result = await trained(() => train(engine, untrained.graph, values, data.train, options, hooks));
  if (!result.finished) return undefined;
  const model: Model = { ...untrained, graph: withValues(untrained.graph, result.values) };
  const right = outcomes(await classify(engine, model.graph, result.values, data.test), data.test);
  return { model, accuracy: accuracyOf(right) };
}
