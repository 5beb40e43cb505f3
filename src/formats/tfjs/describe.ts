// A TF.js layers model as its JSON describes it: no shard is opened. It goes on where something is wrong, and says what.
import { ModelError, type Report } from '../../errors';
import type { Model } from '../../model/model';
import type { Weight } from '../../model/weight';
import { type WeightRequest, type WeightStore, weightFits, weightName, weightProblem } from '../keras/weight-store';
import { modelFromDocument } from './container';
import { type ManifestGroup, readManifest } from './manifest';
import { checkLayersModel } from './read';

export interface Description {
  readonly model: Model;
  readonly manifest: readonly ManifestGroup[];
  /** Names of weights of the manifest that no layer reads. */
  readonly unread: readonly string[];
}

/**
 * @param path of the file, for what is said of it.
 * @param json untrusted.
 * @param report takes what is wrong with single weights: the model is then the one its layers want. Throws UserError
 * where there is no going on.
 */
export function describeTfjs(path: string, json: Readonly<Record<string, unknown>>, report: Report): Description {
  checkLayersModel(path, json);
  const manifest = readManifest(json.weightsManifest, report);
  const weights = new Map(manifest.flatMap((group) => group.weights.map((entry) => [entry.name, described(entry)])));
  const document = { json, text: '', indent: '', file: path, weights, shardSizes: [] };
  const model = modelFromDocument(document, [], (store) => tolerantStore(store, report));
  return { model, manifest, unread: [...weights.keys()].filter((name) => !model.graph.weights.has(name)) };
}

function described({ name, shape, storage }: Pick<Weight, 'name' | 'shape' | 'storage'>): Weight {
  return { name, shape, storage, trainable: true, bytes: () => unreadable(name) };
}

async function unreadable(name: string): Promise<never> {
  throw new Error(`the bytes of weight "${name}" were asked for, but only its description was read`);
}

/** A weight of the shape wanted stands in for one that is missing or has another. */
function tolerantStore(store: WeightStore, report: Report): WeightStore {
  return {
    all: store.all,
    find(request) {
      const found = store.find(request);
      if (found !== undefined && weightFits(found, request)) return found;
      // A layer that only asks whether there is such a weight wants no shape.
      if (request.shape.length === 0) return found;
      report(
        new ModelError(`layer "${request.path.join('/')}": ${weightProblem(request, found)}`, placeOf(request, found)),
      );
      const name = found?.name ?? weightName(request);
      return described({ name, shape: request.shape, storage: found?.storage ?? { type: 'float32' } });
    },
  };
}

function placeOf({ path }: WeightRequest, found: Weight | undefined): ModelError['place'] {
  return { layer: path.join('/'), ...(found && { weight: found.name }) };
}
