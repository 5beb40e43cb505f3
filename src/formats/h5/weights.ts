// Where a Keras HDF5 file keeps its layers' weights: model_weights/<layer>/<weight name>, listed in attributes.
import type { Metadata } from 'h5wasm';
import { inPieces } from '../../model/bytes';
import type { Weight } from '../../model/weight';
import type { BytesSource } from '../hdf5/bytes-source';
import { elementType, littleEndian } from '../hdf5/element-type';
import { Hdf5File } from '../hdf5/read';
import type { ElementOrder } from '../keras/element-order';
import { type NamedWeight, pickWeight } from '../keras/named-weights';
import { type WeightStore, weightName } from '../keras/weight-store';

export const WEIGHTS = '/model_weights';
export const OPTIMIZER = '/optimizer_weights';
export const OPTIMIZER_WARNING =
  "the optimizer's state in the file belongs to the weights as they are: a pruned model is written without it";

export interface StoredWeight extends Weight {
  /** Of its data set. */
  readonly path: string;
}

/** The weight of a data set; its bytes are read when asked for. Undefined where it holds no numbers. */
export function storedWeight(file: Hdf5File, source: BytesSource, path: string): StoredWeight | undefined {
  const metadata = file.dataset(path);
  const type = elementType(file.library, metadata);
  if (type === undefined || metadata.shape === null) return undefined;
  const length = metadata.size * metadata.total_size;
  const bytes = inPieces(length, () => storedPieces(source, path, metadata));
  return { name: path, path, shape: metadata.shape, trainable: true, storage: { type }, bytes };
}

async function* storedPieces(source: BytesSource, path: string, metadata: Metadata): AsyncGenerator<Uint8Array> {
  const file = await Hdf5File.open(source);
  try {
    for (const piece of file.pieces(path)) yield littleEndian(piece, metadata);
  } finally {
    file.close();
  }
}

/** Finds weights by the lists that Keras writes beside them; remembers where those that were found lie. */
export class H5Weights implements WeightStore {
  /** Path of its data set, by the weight's name in the graph. */
  readonly paths = new Map<string, string>();
  /** How elements lie in the file, by the same name, where they lie otherwise than in the graph. */
  readonly orders = new Map<string, ElementOrder>();
  readonly #byGroup: ReadonlyMap<string, readonly NamedWeight[]>;

  private constructor(byGroup: ReadonlyMap<string, readonly NamedWeight[]>) {
    this.#byGroup = byGroup;
  }

  static read(file: Hdf5File, source: BytesSource, root: string): H5Weights {
    const byGroup = new Map<string, NamedWeight[]>();
    const layers = listed(file, root, 'layer_names');
    // A layer's name may hold a slash, and is then a path of groups.
    for (const layer of layers.length > 0 ? layers : file.names(root)) {
      const group = `${root}/${layer}`;
      if (file.kind(group) !== 'group') continue;
      const own: NamedWeight[] = [];
      for (const name of listed(file, group, 'weight_names')) {
        const path = `${group}/${name}`;
        const weight = file.kind(path) === 'dataset' ? storedWeight(file, source, path) : undefined;
        if (weight !== undefined) own.push({ name, weight });
      }
      byGroup.set(layer, own);
    }
    return new H5Weights(byGroup);
  }

  readonly all: WeightStore['all'] = (path) => {
    const [group = '', ...inner] = path;
    const layer = inner.at(-1);
    const own = this.#byGroup.get(group) ?? [];
    return own
      .filter(({ name }) => layer === undefined || name.split('/').slice(0, -1).includes(layer))
      .map(({ name, weight }) => this.#named(`${path.join('/')}/${name}`, weight));
  };

  #named(name: string, weight: Weight): Weight {
    this.paths.set(name, weight.name);
    return { ...weight, name };
  }

  readonly find: WeightStore['find'] = (request) => {
    const [group = '', ...inner] = request.path;
    const own = this.#byGroup.get(group) ?? [];
    const layer = inner.at(-1);
    // A model that is a layer has the weights of all its layers in one list, which name the layer they are of.
    const named = layer === undefined ? own : own.filter(({ name }) => name.split('/').slice(0, -1).includes(layer));
    const found = pickWeight(named, request);
    const weight = found && this.#named(weightName(request), found.weight);
    if (weight === undefined || request.order === undefined) return weight;
    this.orders.set(weight.name, request.order);
    return request.order.read(weight);
  };
}

/** A list too long for one attribute is divided: weight_names0, weight_names1. */
export function listed(file: Hdf5File, path: string, attribute: string): string[] {
  const whole = file.texts(path, attribute);
  if (whole !== undefined) return whole;
  const names: string[] = [];
  for (let i = 0; ; i++) {
    const part = file.texts(path, `${attribute}${i}`);
    if (part === undefined) return names;
    names.push(...part);
  }
}
