// A Keras HDF5 file as what it was read from, and how a changed model is written back: all copied but what changed.
import { basename, join } from 'node:path';
import type { Container, Model } from '../../model/model';
import type { Weight } from '../../model/weight';
import { writeFolder } from '../files';
import type { BytesSource } from '../hdf5/bytes-source';
import { copyHdf5 } from '../hdf5/copy';
import type { Dialect } from '../keras/dialect';
import type { ElementOrder } from '../keras/element-order';
import { readBack } from '../keras/read-back';
import { writeTopology } from '../keras/write';
import { markedJson, pythonText } from '../python-json';
import { type H5Weights, OPTIMIZER } from './weights';

export interface H5Document {
  readonly path: string;
  readonly source: BytesSource;
  readonly config: unknown;
  /** The config as the file has it. */
  readonly text: string;
  readonly weights: H5Weights;
  readonly dialect: Dialect;
}

/** @param read opens such a file. */
export function h5Container(document: H5Document, read: (path: string) => Promise<Model>): Container {
  const file = basename(document.path);
  return {
    format: 'h5',
    async write(model, folder) {
      await writeFolder(folder, async (partial) => {
        await writeH5(document, model, join(partial, file));
        await readBack(join(partial, file), model, read);
      });
      return join(folder, file);
    },
  };
}

async function writeH5(document: H5Document, model: Model, target: string): Promise<void> {
  const { path, source, config, text, weights, dialect } = document;
  const written = markedJson(path, text);
  const changed = pythonText(writeTopology(config, written, model, weights, dialect));
  const same = changed === pythonText(written);
  await copyHdf5(source, target, {
    omitted: new Set([OPTIMIZER]),
    weights: byPath(model, weights.paths, weights.orders),
    texts: new Map([['/', new Map(same ? [] : [['model_config', changed]])]]),
  });
}

/**
 * The model's weights by the data set they lie in.
 * @param paths names and where they lie. @param orders of those whose elements lie there in another order.
 */
export function byPath(
  model: Model,
  paths: Iterable<readonly [name: string, path: string]>,
  orders: ReadonlyMap<string, ElementOrder> = new Map(),
): Map<string, Weight> {
  const result = new Map<string, Weight>();
  for (const [name, path] of paths) {
    const weight = model.graph.weights.get(name);
    if (weight !== undefined) result.set(path, orders.get(name)?.write(weight, model.graph) ?? weight);
  }
  return result;
}
