// A Keras HDF5 file as what it was read from, and how a changed model is written back: all copied but what changed.
import { basename, join } from 'node:path';
import type { Container, Model } from '../../model/model';
import type { Weight } from '../../model/weight';
import { writeFolder } from '../files';
import type { BytesSource } from '../hdf5/bytes-source';
import { copyHdf5 } from '../hdf5/copy';
import type { Dialect } from '../keras/dialect';
import { writeTopology } from '../keras/write';
import { type H5Weights, OPTIMIZER } from './weights';

export interface H5Document {
  readonly path: string;
  readonly source: BytesSource;
  readonly config: unknown;
  readonly weights: H5Weights;
  readonly dialect: Dialect;
}

export function h5Container(document: H5Document): Container {
  const file = basename(document.path);
  return {
    format: 'h5',
    async write(model, folder) {
      await writeFolder(folder, (partial) => writeH5(document, model, join(partial, file)));
      return join(folder, file);
    },
  };
}

async function writeH5({ source, config, weights, dialect }: H5Document, model: Model, target: string): Promise<void> {
  const changed = writeTopology(config, model, weights, dialect);
  const same = JSON.stringify(changed) === JSON.stringify(config);
  await copyHdf5(source, target, {
    omitted: new Set([OPTIMIZER]),
    weights: byPath(model, weights.paths),
    texts: new Map([['/', new Map(same ? [] : [['model_config', JSON.stringify(changed)]])]]),
  });
}

/** The model's weights by the data set they lie in. @param paths names and where they lie. */
export function byPath(model: Model, paths: Iterable<readonly [name: string, path: string]>): Map<string, Weight> {
  const result = new Map<string, Weight>();
  for (const [name, path] of paths) {
    const weight = model.graph.weights.get(name);
    if (weight !== undefined) result.set(path, weight);
  }
  return result;
}
