// Opens a Keras model in one HDF5 file, as Keras 1, 2 and (its legacy format) 3 save it.
import { stat } from 'node:fs/promises';
import { UserError } from '../../errors';
import type { Model } from '../../model/model';
import { partOfFile } from '../hdf5/bytes-source';
import { leftOut } from '../hdf5/left-out';
import { Hdf5File } from '../hdf5/read';
import { parseJson } from '../json';
import { compiledOf } from '../keras/compiled';
import { dialectOf } from '../keras/dialect';
import { readKeras } from '../keras/read';
import { readTopology } from '../keras/topology';
import { h5Container } from './container';
import { H5Weights, OPTIMIZER, OPTIMIZER_WARNING, WEIGHTS } from './weights';

/** @param path the file. */
export async function readH5(path: string): Promise<Model> {
  const source = partOfFile(path, 0, (await stat(path)).size);
  return Hdf5File.with(source, (file) => {
    const text = file.text('/', 'model_config');
    if (text === undefined) throw withoutConfig(path, file);
    const config = parseJson(`${path}, attribute model_config`, text);
    if (file.kind(WEIGHTS) !== 'group') throw new UserError(`${path} has no group model_weights: it holds no weights.`);
    const weights = H5Weights.read(file, source, WEIGHTS);
    const topology = readTopology(config);
    const dialect = dialectOf(file.text('/', 'keras_version'));
    const { graph, layers, warnings: notes } = readKeras(topology, weights, dialect);
    const training = file.text('/', 'training_config');
    const optimizer = file.kind(OPTIMIZER) === undefined ? [] : [OPTIMIZER_WARNING];
    const warnings = [...notes, ...optimizer, ...leftOut(file, [OPTIMIZER])];
    return {
      name: topology.name,
      graph,
      layers,
      container: h5Container({ path, source, config, text, weights, dialect }, readH5),
      warnings,
      ...compiledOf(training === undefined ? undefined : parseJson(`${path}, attribute training_config`, training)),
    };
  });
}

function withoutConfig(path: string, file: Hdf5File): UserError {
  const holdsWeights =
    file.attributeNames('/').includes('layer_names') ||
    ['/layers', '/_layer_checkpoint_dependencies', '/layer_names'].some((name) => file.kind(name) !== undefined);
  return new UserError(
    holdsWeights
      ? `${path} holds weights alone, without the model they belong to. Save the whole model (model.save, not save_weights).`
      : `${path} is an HDF5 file, but no Keras model: it has no model_config. Save the whole model with model.save.`,
  );
}
