// The architectures that `train` makes, by name.
import { UserError } from '../errors';
import { modelFromDocument } from '../formats/tfjs/container';
import type { Model } from '../model/model';
import { type ArchitectureOptions, lenet5, lenet5Maxout } from './lenet5';

export const ARCHITECTURES = { lenet5, 'lenet5-maxout': lenet5Maxout } as const;

export interface BuildOptions extends ArchitectureOptions {
  /** Neurons a maxout unit, for the architectures that have them. */
  readonly k?: number;
}

/** A new model with untrained weights. Throws UserError for a name that is not known or an image too small for it. */
export function buildModel(name: string, { k, ...options }: BuildOptions): Model {
  const architecture = Object.entries(ARCHITECTURES).find(([known]) => known === name)?.[1];
  if (architecture === undefined) {
    throw new UserError(`There is no architecture "${name}". Known: ${Object.keys(ARCHITECTURES).join(', ')}.`);
  }
  if (k !== undefined && architecture !== lenet5Maxout)
    throw new UserError(`${name} has no maxout units: leave out --k.`);
  if (k !== undefined && k < 2) throw new UserError(`A maxout unit has at least 2 neurons, k is ${k}.`);
  const [height = 0, width = 0] = options.inputShape;
  if (options.inputShape.length !== 3 || height < 16 || width < 16) {
    throw new UserError(
      `${name} wants images of at least 16×16, the data's samples are [${options.inputShape.join(', ')}].`,
    );
  }
  return modelFromDocument(architecture(options, k), []);
}
