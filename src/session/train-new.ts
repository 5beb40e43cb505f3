// Trains a new model to prune: one of the architectures the product knows.
import { buildModel, madeFor } from '../architectures/index';
import type { Dataset } from '../data/dataset';
import type { Engine } from '../engines/engine';
import { UserError } from '../errors';
import { evaluate } from '../evaluation/evaluate';
import type { Model } from '../model/model';
import { loadValues, withValues } from '../model/values';
import { type TrainingHooks, train } from '../training/train';
import { hyperparametersOf } from './hyperparameters';
import type { Retrain } from './recipe';
import { trained, trainingOptions } from './training-options';

export interface NewModel {
  readonly architecture: string;
  /** Neurons a maxout unit, for an architecture that has them. */
  readonly k?: number;
  /** Of every layer, as a share of the architecture's. */
  readonly width?: number;
  readonly retrain: Retrain;
  readonly seed: number;
}

/** As it starts, for pictures and classes like the data's; without data for those the architecture was made for. */
export function untrainedModel({ architecture, k, width, seed }: Omit<NewModel, 'retrain'>, data?: Dataset): Model {
  return buildModel(architecture, {
    ...(data === undefined ? madeFor(architecture) : classification(data)),
    seed,
    ...(k !== undefined && { k }),
    ...(width !== undefined && { width }),
  });
}

/** undefined where the training was stopped. */
export async function trainNew(
  asked: NewModel,
  data: Dataset,
  engine: Engine,
  hooks: TrainingHooks,
): Promise<{ model: Model; accuracy: number } | undefined> {
  const { retrain, seed } = asked;
  const untrained = untrainedModel(asked, data);
  const values = await loadValues(untrained.graph);
  const options = trainingOptions({ ...retrain, ...hyperparametersOf(retrain, { maxout: true }) }, `${seed} train`);
  const result = await trained(() => train(engine, untrained.graph, values, data.train, options, hooks));
  if (!result.finished) return undefined;
  const model: Model = { ...untrained, graph: withValues(untrained.graph, result.values) };
  const { score } = await evaluate(engine, model.graph, result.values, data.test);
  return { model, accuracy: score };
}

/** What an architecture is built for. Throws UserError where a sample is not one input with one class. */
function classification({ name, inputs, train }: Dataset): { inputShape: readonly number[]; classes: number } {
  const [[input, ...others], [target, ...targets]] = [inputs, train.targets];
  if (input === undefined || others.length > 0 || target?.kind !== 'classes' || targets.length > 0) {
    throw new UserError(`${name}: an architecture is trained on samples with one input and one class each.`);
  }
  return { inputShape: input.shape, classes: target.classes };
}
