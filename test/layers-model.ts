// Models built with TensorFlow.js' own layers, as our models and as folders on disk, and back.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { modelFromDocument } from '../src/formats/tfjs/container';
import type { Model } from '../src/model/model';
import { elementCount, type Tensor } from '../src/model/tensor';
import { float32Weight } from '../src/model/weight';
import { random } from '../src/random';
import { fromTf, tf, toTf } from './tensorflow';

/** Gives every weight values of its own, moving averages included; variances stay positive. */
export function randomise(model: tf.LayersModel, seed: number): tf.LayersModel {
  for (const layer of model.layers) {
    const values = layer.getWeights().map((weight, i) => {
      const { originalName } = layer.weights[i] as tf.LayerVariable;
      const source = random(seed, originalName);
      const [offset, scale] = originalName.includes('variance')
        ? [1, 0.2]
        : [0, 1 / Math.sqrt(weight.shape[0] ?? 1) + 0.1];
      const data = Float32Array.from({ length: weight.size }, () => offset + scale * Math.max(-3, source.normal()));
      return tf.tensor(data, weight.shape);
    });
    layer.setWeights(values);
  }
  return model;
}

async function artifactsOf(model: tf.LayersModel): Promise<tf.io.ModelArtifacts> {
  let found: tf.io.ModelArtifacts | undefined;
  await model.save(
    tf.io.withSaveHandler(async (artifacts) => {
      found = artifacts;
      return { modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' } };
    }),
  );
  if (found === undefined) throw new Error('TensorFlow.js saved nothing');
  return found;
}

/** The model as ours, without a file. */
export async function ourModel(model: tf.LayersModel): Promise<Model> {
  const { modelTopology, weightSpecs = [], weightData } = await artifactsOf(model);
  const bytes = new Uint8Array(tf.io.CompositeArrayBuffer.join(weightData));
  let offset = 0;
  const weights = weightSpecs.map(({ name, shape }) => {
    const end = offset + 4 * elementCount(shape);
    const values = new Float32Array(bytes.slice(offset, end).buffer);
    offset = end;
    return float32Weight(name, shape, values);
  });
  const json = {
    format: 'layers-model',
    modelTopology,
    weightsManifest: [{ paths: ['weights.bin'], weights: weightSpecs }],
  };
  return modelFromDocument(
    {
      json,
      text: JSON.stringify(json),
      indent: '',
      file: 'model.json',
      weights: new Map(weights.map((weight) => [weight.name, weight])),
      shardSizes: [bytes.length],
    },
    [],
  );
}

/** Saves the model as TF.js does in Node; returns the path of its model.json. */
export async function saveToFolder(model: tf.LayersModel, folder: string): Promise<string> {
  const { modelTopology, weightSpecs = [], weightData } = await artifactsOf(model);
  const json = {
    modelTopology,
    format: 'layers-model',
    generatedBy: 'TensorFlow.js tfjs-layers v4.22.0',
    convertedBy: null,
    weightsManifest: [{ paths: ['./weights.bin'], weights: weightSpecs }],
  };
  const path = join(folder, 'model.json');
  await mkdir(dirname(path), { recursive: true });
  await writeFile(join(folder, 'weights.bin'), new Uint8Array(tf.io.CompositeArrayBuffer.join(weightData)));
  await writeFile(path, JSON.stringify(json));
  return path;
}

/** Opens a model.json with TensorFlow.js, as any of its programs would. */
export async function openWithTensorflow(path: string): Promise<tf.LayersModel> {
  // As fetch does, which TF.js reads it by.
  const text = new TextDecoder().decode(await readFile(path));
  const json: tf.io.ModelJSON = JSON.parse(text);
  return tf.loadLayersModel({
    load: () =>
      tf.io.getModelArtifactsForJSON(json, async (manifest) => {
        const paths = manifest.flatMap((group) => group.paths);
        const shards = await Promise.all(paths.map((shard) => readFile(join(dirname(path), shard))));
        return [manifest.flatMap(({ weights }) => weights), new Uint8Array(Buffer.concat(shards)).buffer];
      }),
  });
}

/** What TensorFlow.js computes, with the only output. */
export function predict(model: tf.LayersModel, input: Tensor): Tensor {
  const output = model.predict(toTf(input));
  if (Array.isArray(output)) throw new Error('the model has several outputs');
  return fromTf(output);
}
