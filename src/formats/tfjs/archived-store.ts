// Weights of a model that tensorflowjs_converter made of a .keras archive: they keep the names they had in it,
// layers/dense_1/vars/0, which count layers by class and do not say what a layer is called.
import type { Weight } from '../../model/weight';
import type { Topology } from '../keras/topology';
import { type WeightStore, weightName } from '../keras/weight-store';
import { ArchiveWeights } from '../keras-archive/weights';

const ARCHIVED = /^layers\/.*vars\/\d+$/;

/** Undefined where the weights go by other names. */
export function archivedStore(weights: ReadonlyMap<string, Weight>, topology: Topology): WeightStore | undefined {
  if (weights.size === 0 || ![...weights.keys()].every((name) => ARCHIVED.test(name))) return undefined;
  const archive = new ArchiveWeights(new Map([...weights].map(([name, weight]) => [`/${name}`, weight])), topology);
  // The manifest knows them by their own names.
  const own = ({ name }: { readonly name: string }): Weight | undefined => weights.get(archive.paths.get(name) ?? '');
  return {
    find: (request) => archive.find(request) && own({ name: weightName(request) }),
    all: (path) => archive.all(path).flatMap((weight) => own(weight) ?? []),
  };
}
