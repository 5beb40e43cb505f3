// A recipe's retraining as the training takes it.
import { UserError } from '../errors';
import { Diverged, type TrainingOptions } from '../training/train';
import type { Hyperparameters } from './hyperparameters';
import type { Retrain } from './recipe';

export function trainingOptions(retrain: Retrain & Hyperparameters, seed: string): TrainingOptions {
  return {
    epochs: retrain.epochs,
    batch: retrain.batch,
    optimizer: { name: retrain.optimizer, momentum: retrain.momentum, weightDecay: retrain.weightDecay },
    schedule: { name: retrain.schedule, learningRate: retrain.learningRate },
    ...(retrain.loss !== undefined && { loss: retrain.loss }),
    seed,
  };
}

/** Runs a training; a divergence is something a person can mend. */
export async function trained<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (!(error instanceof Diverged)) throw error;
    throw new UserError(`${error.message}. Set a lower learning rate, or check the data's normalisation.`);
  }
}
