// Whether a data set can be fed to a model, said before anything runs.
import { UserError } from '../errors';
import type { Dataset } from './dataset';

export interface ModelInterface {
  /** Of the model's input, without the batch; null where any length will do. */
  readonly inputShape: readonly (number | null)[];
  /** Number of logits. */
  readonly outputs: number;
}

/** Throws UserError where samples have another shape than the input, labels go beyond the outputs, or a split is empty. */
export function checkFit(dataset: Dataset, model: ModelInterface): void {
  const { name, shape, classes } = dataset;
  for (const part of ['train', 'test'] as const) {
    if (dataset[part].count === 0) {
      throw new UserError(`${name}: there are no ${part} samples. Add samples, or take a smaller validation share.`);
    }
  }
  if (!fits(shape, model.inputShape)) {
    throw new UserError(
      `${name}: a sample is ${words(shape)}, the model's input is ${words(model.inputShape)}. ` +
        'Choose the data the model was made for, or a model for this data.',
    );
  }
  if (classes > model.outputs) {
    throw new UserError(
      `${name}: labels go up to ${classes - 1}, the model has ${model.outputs} outputs (labels 0 to ${model.outputs - 1}). ` +
        'Choose data with fewer classes, or a model with an output for each.',
    );
  }
}

/**
 * A sample fits an input of its own shape, and one that the same values fill in the same order: a flat one, or one
 * that differs only in axes of length 1 (28×28×1 and 1×28×28). 32×32×3 does not fit 3×32×32: pixels would be mixed up.
 */
function fits(sample: readonly number[], input: readonly (number | null)[]): boolean {
  if (matches(sample, input)) return true;
  const size = product(sample);
  const known = resolved(input, size);
  if (product(known.map((length) => length ?? Number.NaN)) === size && (sample.length === 1 || known.length === 1)) {
    return true;
  }
  return matches(withoutOnes(sample), withoutOnes(known));
}

function matches(sample: readonly number[], input: readonly (number | null)[]): boolean {
  return sample.length === input.length && input.every((length, i) => length === null || length === sample[i]);
}

/** The input's shape with its one open axis as long as `size` values make it. */
function resolved(input: readonly (number | null)[], size: number): readonly (number | null)[] {
  if (input.filter((length) => length === null).length !== 1) return input;
  const rest = product(input.map((length) => length ?? 1));
  return input.map((length) => length ?? (size % rest === 0 ? size / rest : null));
}

function product(shape: readonly number[]): number {
  return shape.reduce((size, length) => size * length, 1);
}

function withoutOnes<Length extends number | null>(shape: readonly Length[]): readonly Length[] {
  return shape.filter((length) => length !== 1);
}

function words(shape: readonly (number | null)[]): string {
  return shape.length === 0 ? 'a single value' : shape.map((length) => length ?? '?').join('×');
}
