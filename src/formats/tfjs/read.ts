// Opens a TF.js layers model: a JSON file with its topology and manifest, and the shards beside it.
import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { UserError } from '../../errors';
import type { Model } from '../../model/model';
import { isRecord } from '../keras/config';
import { modelFromDocument } from './container';
import { readManifest } from './manifest';
import { openShards } from './shards';

/** The largest topology known to us is 2 MB; JSON.parse of more than this takes gigabytes. */
const MAX_JSON_BYTES = 128 * 2 ** 20;

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

/** Deeper than any config nests; what walks JSON by recursion would run out of stack. */
export const MAX_JSON_DEPTH = 200;

function parse(path: string, text: string): Record<string, unknown> {
  if (nestingDepth(text) > MAX_JSON_DEPTH) {
    throw new UserError(`${path} nests more than ${MAX_JSON_DEPTH} levels deep: that is not a model.`);
  }
  let json: unknown;
  try {
    json = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    throw new UserError(
      `${path} is not valid JSON: ${(error as Error).message}. Was it cut short? Export the model again.`,
    );
  }
  if (!isRecord(json))
    throw new UserError(`${path} is JSON, but not a model: expected an object with modelTopology and weightsManifest.`);
  return json;
}

/** How deep brackets nest, outside of strings. */
export function nestingDepth(text: string): number {
  let [depth, deepest, quoted] = [0, 0, false];
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === QUOTE) quoted = !quoted;
    else if (quoted && code === BACKSLASH) i++;
    else if (!quoted && (code === BRACKET || code === BRACE)) deepest = Math.max(deepest, ++depth);
    else if (!quoted && (code === BRACKET + 2 || code === BRACE + 2)) depth--;
  }
  return deepest;
}

const [QUOTE, BACKSLASH, BRACKET, BRACE] = [0x22, 0x5c, 0x5b, 0x7b] as const;

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
