// Which samples a step sees: batches of indices, shuffled by seed for training, in order for evaluation.
import { UserError } from '../errors';
import { random, shuffled } from '../random';

/** The order of an epoch's samples, a permutation of 0..count-1: another one each epoch, the same for the same seed. */
export function epochOrder(count: number, seed: number | string, epoch: number): Uint32Array {
  return shuffled(count, random(seed, 'epoch', epoch));
}

/**
 * An epoch's batches of exactly `size` indices; the rest that fills no batch sits this epoch out.
 * Throws UserError where there is not one full batch: nothing would be trained.
 */
export function trainingBatches(count: number, size: number, seed: number, epoch: number): Iterable<Uint32Array> {
  if (count < size) {
    throw new UserError(
      `A batch of ${size} wants more than the ${count} training samples. Set a batch size of at most ${count}.`,
    );
  }
  return slices(epochOrder(count, seed, epoch).subarray(0, count - (count % size)), size);
}

/** Every sample once, in order, in batches of `size` indices; the last one may be smaller. */
export function evaluationBatches(count: number, size: number): Iterable<Uint32Array> {
  return slices(
    Uint32Array.from({ length: count }, (_, i) => i),
    size,
  );
}

function* slices(order: Uint32Array, size: number): Generator<Uint32Array> {
  for (let from = 0; from < order.length; from += size) yield order.subarray(from, from + size);
}
