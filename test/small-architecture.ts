// Every architecture of the product, as small as it can be.
import { ARCHITECTURES, buildModel } from '../src/architectures/index';
import type { Model } from '../src/model/model';

export const ARCHITECTURE_NAMES = Object.keys(ARCHITECTURES);

export function smallArchitecture(name: string): Model {
  if (name === 'vgg16') return buildModel(name, { inputShape: [32, 32, 3], classes: 10, seed: 1, width: 1 / 32 });
  return buildModel(name, { inputShape: [28, 28, 1], classes: 10, seed: 1 });
}
