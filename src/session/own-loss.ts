// The loss that a model's file says it was trained with, and what follows from it, where nobody names another.
import type { Dataset, Target } from '../data/dataset';
import { suiting } from '../evaluation/metrics/index';
import type { MetricName } from '../evaluation/metrics/metric';
import type { Model } from '../model/model';
import type { LossName } from '../training/loss/loss';
import { objectivesOf } from '../training/objective';
import type { Recipe } from './recipe';
import type { Until } from './until';

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

/** Losses of classes by Keras' names: what is taken of classes by default. */
const OF_CLASSES: ReadonlySet<string> = new Set(['categorical_crossentropy', 'sparse_categorical_crossentropy']);

/** A sentence where the file names a loss that is not known here, so that another is taken. */
export function strangeLossNote({ retrain }: Recipe, { compiled, graph }: Model, targets: readonly Target[]): string[] {
  const name = compiled?.loss;
  if (name === undefined || retrain.loss !== undefined || retrain.epochs === 0) return [];
  if (LOSSES.has(name) || OF_CLASSES.has(name)) return [];
  const taken = [...new Set(objectivesOf(graph, targets).map(({ loss }) => loss.name))].join(' and ');
  return [
    `its file says that the model was compiled with the loss ${name}, which is not known here: it is retrained by ${taken} (--loss says otherwise; retrain.loss in a recipe)`,
  ];
}

export function ownLoss({ compiled }: Model): LossName | undefined {
  return LOSSES.get(compiled?.loss ?? '');
}

/** What a training makes small is what it is judged by, where that is a metric of numbers. */
export function metricOf(loss: LossName | undefined, [target]: readonly Target[]): MetricName | undefined {
  return loss === 'mae' && target?.kind === 'values' ? 'mae' : undefined;
}

/** The recipe with the loss that the model was trained with, where it says none of its own and that one suits. */
export function withOwnLoss(recipe: Recipe, original: Model, { train: { targets } }: Dataset): Recipe {
  const loss = recipe.retrain.loss ?? ownLossOf(original, targets);
  return loss === undefined ? recipe : { ...recipe, retrain: { ...recipe.retrain, loss } };
}

/**
 * What each target is judged by: the metric that the recipe names, where it suits the target or none of them, else what its
 * rule is about, or else its loss; undefined: what suits the target.
 */
export function judgedBy(
  { metric, retrain: { loss } }: Recipe,
  targets: readonly Target[],
  until?: Until,
): (target: Target) => MetricName | undefined {
  const suits = targets.some((target) => suiting(metric, target) !== undefined);
  return (target) => (suits ? suiting(metric, target) : metric) ?? askedFor(until, target) ?? metricOf(loss, [target]);
}

/** What a rule names, where several metrics suit the target. */
function askedFor(until: Until | undefined, target: Target): MetricName | undefined {
  if (until?.rule !== 'score') return undefined;
  return ASKED_FOR[target.kind].find((name) => name === until.metric);
}

const ASKED_FOR: Readonly<Record<Target['kind'], readonly MetricName[]>> = {
  values: ['mse', 'mae', 'r2'],
  classes: ['mean-iou'],
  binary: ['mean-iou'],
};

/** The model's own loss, where all targets are numbers: several losses suit them. */
export function ownLossOf(model: Model, targets: readonly Target[]): LossName | undefined {
  return targets.every(({ kind }) => kind !== 'classes') ? ownLoss(model) : undefined;
}
