// The architectures that `train` makes, by name.
import { UserError } from '../errors';
import { modelFromDocument } from '../formats/tfjs/container';
import type { Model } from '../model/model';
import { type ArchitectureOptions, lenet5, lenet5Maxout } from './lenet5';
import { vgg16 } from './vgg16';

export const ARCHITECTURES = { lenet5, 'lenet5-maxout': lenet5Maxout, vgg16 } as const;

export interface BuildOptions extends ArchitectureOptions {
  /** Neurons a maxout unit, for the architectures that have them. */
  readonly k?: number;
}

/** The smallest picture that it takes, height and width alike. */
function smallestPicture(name: string): number {
  return name === 'vgg16' ? 32 : 16;
}

/** What an architecture was made for: the size of its picture and its classes, where no data say otherwise. */
export function madeFor(name: string): Pick<ArchitectureOptions, 'inputShape' | 'classes'> {
  return name === 'vgg16' ? { inputShape: [224, 224, 3], classes: 1000 } : { inputShape: [28, 28, 1], classes: 10 };
}

/** A new model with untrained weights. Throws UserError for a name that is not known or an image too small for it. */
export function buildModel(name: string, { k, ...options }: BuildOptions): Model {
  const architecture = architectureOf(name);
  if (k !== undefined && architecture !== lenet5Maxout)
    throw new UserError(`${name} has no maxout units: leave out --k.`);
  if (k !== undefined && k < 2) throw new UserError(`A maxout unit has at least 2 neurons, k is ${k}.`);
  if (options.width !== undefined && architecture !== vgg16) {
    throw new UserError(`${name} has one width: leave out --width.`);
  }
  const smallest = smallestPicture(name);
  const [height = 0, width = 0] = options.inputShape;
  if (options.inputShape.length !== 3 || height < smallest || width < smallest) {
    throw new UserError(
      `${name} wants images of at least ${smallest}×${smallest}, the data's samples are [${options.inputShape.join(', ')}].`,
    );
  }
  return modelFromDocument(architecture(options, k), []);
}

/** Throws UserError for a name that is not known. */
export function architectureOf(name: string): (typeof ARCHITECTURES)[keyof typeof ARCHITECTURES] {
  const architecture = Object.entries(ARCHITECTURES).find(([known]) => known === name)?.[1];
  if (architecture !== undefined) return architecture;
  throw new UserError(`There is no architecture "${name}". Known: ${Object.keys(ARCHITECTURES).join(', ')}.`);
}
