// The loss that a model's file says it was trained with, where nobody names another.
import type { Target } from '../data/dataset';
import type { Model } from '../model/model';
import type { LossName } from '../training/loss/loss';

/** By Keras' names. Those of classes need no word: what the model's output is says as much. */
const LOSSES: ReadonlyMap<string, LossName> = new Map([
  ['binary_crossentropy', 'binary-cross-entropy'],
  ['mse', 'mse'],
  ['mean_squared_error', 'mse'],
  ['mae', 'mae'],
  ['mean_absolute_error', 'mae'],
  ['huber', 'huber'],
  ['huber_loss', 'huber'],
]);

export function ownLoss({ compiledLoss }: Model): LossName | undefined {
  return LOSSES.get(compiledLoss ?? '');
}

/** The model's own loss, where all targets are numbers: several losses suit them. */
export function ownLossOf(model: Model, targets: readonly Target[]): LossName | undefined {
  return targets.every(({ kind }) => kind !== 'classes') ? ownLoss(model) : undefined;
}
