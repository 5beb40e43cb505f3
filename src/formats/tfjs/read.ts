// Opens a TF.js layers model: a JSON file with its topology and manifest, and the shards beside it.
import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { UserError } from '../../errors';
import type { Model } from '../../model/model';
import { MAX_JSON_BYTES, parseJson } from '../json';
import { isRecord } from '../keras/config';
import { modelFromDocument } from './container';
import { readManifest } from './manifest';
import { openShards } from './shards';

/** @param path the JSON file. */
export async function readTfjs(path: string): Promise<Model> {
  const text = await readText(path);
  const json = parse(path, text);
  checkLayersModel(path, json);
  return inFile(path, async () => {
    const manifest = readManifest(json.weightsManifest);
    const { weights, shardSizes } = await openShards(path, manifest);
    return modelFromDocument({ json, text, indent: indentOf(text), file: basename(path), weights, shardSizes }, []);
  });
}

/** Throws where the JSON is of another kind of model, or of none. */
export function checkLayersModel(path: string, json: Readonly<Record<string, unknown>>): void {
  if (json.format === 'graph-model' || isGraph(json.modelTopology)) {
    throw new UserError(
      `${path} is a TF.js graph model: its layers are gone, its operators remain. ` +
        'Neuron Pruner reads layers models; export one with tensorflowjs_converter --output_format=tfjs_layers_model.',
    );
  }
  if (typeof json.class_name === 'string' && json.config !== undefined && json.modelTopology === undefined) {
    throw new UserError(
      `${path} is what Keras makes of a model by to_json: its layers without their weights. Save the whole model (model.save("model.keras")).`,
    );
  }
  if (json.modelTopology === undefined || json.modelTopology === null) {
    throw new UserError(
      `${path} has no modelTopology: it is not a TF.js model (expected modelTopology and weightsManifest).`,
    );
  }
}

async function readText(path: string): Promise<string> {
  const { size } = await stat(path);
  if (size > MAX_JSON_BYTES) {
    throw new UserError(
      `${path} is ${Math.round(size / 2 ** 20)} MB, more than the ${MAX_JSON_BYTES / 2 ** 20} MB a model's JSON may have.`,
    );
  }
  return readFile(path, 'utf8');
}

function parse(path: string, text: string): Record<string, unknown> {
  const json = parseJson(path, text);
  if (!isRecord(json))
    throw new UserError(`${path} is JSON, but not a model: expected an object with modelTopology and weightsManifest.`);
  return json;
}

/** A graph model holds TensorFlow nodes. */
function isGraph(topology: unknown): boolean {
  return isRecord(topology) && Array.isArray(topology.node);
}

/** Spaces or tabs before the first key; none for a file in one line. */
function indentOf(text: string): string {
  return /^\uFEFF?\{\r?\n([ \t]+)"/.exec(text)?.[1] ?? '';
}

/** Puts the file's name before what is wrong with it. */
async function inFile<T>(path: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    throw error instanceof UserError ? new UserError(`${path}: ${error.message}`) : error;
  }
}
