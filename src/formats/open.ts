// Opens a model of any format, told by its content.
import { open, readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { UserError } from '../errors';
import type { Model } from '../model/model';
import { checkpoint, foreign, SAVED_MODEL, savedModel } from './foreign';
import { readH5 } from './h5/read';
import { readArchive } from './keras-archive/read';
import { looksLikeOnnx, readOnnx } from './onnx/read';
import { readTfjs } from './tfjs/read';

/** @param path a model file, or a folder that holds a model.json or one model file. */
export async function openModel(path: string): Promise<Model> {
  const file = await modelFile(path);
  if (basename(file) === SAVED_MODEL) throw savedModel(file);
  const start = await firstBytes(file, 64);
  if (/^\s*[{[]/.test(start.toString('utf8').replace(/^\uFEFF/, ''))) return readTfjs(file);
  if (start.subarray(0, HDF5.length).equals(HDF5)) return inFile(file, () => readH5(file));
  if (start.subarray(0, ZIP.length).equals(ZIP)) return inFile(file, () => readArchive(file));
  const other = foreign(file, start);
  if (other !== undefined) throw other;
  if (looksLikeOnnx(start) && !isText(start)) return readOnnx(file);
  throw new UserError(
    `${file} is not a model that Neuron Pruner reads: it is ${describe(start)}. ` +
      'It reads Keras (.keras, .h5), TF.js layers models (model.json) and ONNX files.',
  );
}

/** The model's file that a path names, or the folder it names holds. */
export async function modelFile(path: string): Promise<string> {
  const found = await stat(path).catch(async (error: NodeJS.ErrnoException) => {
    const index = await stat(`${path}.index`).catch(() => undefined);
    if (index?.isFile()) throw checkpoint(path);
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') throw new UserError(`There is no file ${path}.`);
    throw new UserError(`${path} cannot be read: ${error.message}`);
  });
  if (found.isFile()) return path;
  if (basename(path) === 'model.json') throw new UserError(`${path} is a folder where a model.json was expected.`);
  if (!found.isDirectory()) throw new UserError(`${path} is neither a file nor a folder.`);
  const files = await readdir(path);
  if (files.includes(SAVED_MODEL)) throw savedModel(path);
  if (files.includes('model.json')) return modelFile(join(path, 'model.json'));
  const named = files.filter((name) => SINGLE_FILE.test(name));
  const models = named.length > 0 ? named : await topologiesIn(path, files);
  const [only] = models;
  if (only !== undefined && models.length === 1) return join(path, only);
  throw new UserError(
    models.length > 1
      ? `${path} holds several models (${models.join(', ')}). Name one of them.`
      : `${path} is a folder without a model.json or another model in it. Name the model's file.`,
  );
}

/** In a folder, models are looked for by their names; what they really are is told by their content. */
const SINGLE_FILE = /\.(keras|h5|hdf5|onnx)$/i;

/** A TF.js model says within so many bytes that it is one. */
const HEAD_BYTES = 65_536;
/** More files than lie beside a model. */
const MAX_FILES = 1_000;

/** TF.js models that are not called model.json: told by their content from other JSON, as a session's record. */
async function topologiesIn(folder: string, files: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const name of files.filter((file) => file.toLowerCase().endsWith('.json')).slice(0, MAX_FILES)) {
    const path = join(folder, name);
    const isFile = (await stat(path)).isFile();
    if (isFile && (await firstBytes(path, HEAD_BYTES)).includes('"modelTopology"')) found.push(name);
  }
  return found;
}

async function firstBytes(path: string, count: number): Promise<Buffer> {
  const file = await open(path, 'r').catch((error: Error) => {
    throw new UserError(`${path} cannot be read: ${error.message}`);
  });
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(count), 0, count, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

const HDF5 = Buffer.from('\x89HDF\r\n\x1a\n', 'latin1');
const ZIP = Buffer.from('PK\x03\x04', 'latin1');

/** An ONNX file begins with bytes that may be letters, but soon has some that are not. */
function isText(start: Buffer): boolean {
  return start.length > 0 && start.every((byte) => (byte >= 0x20 && byte < 0x7f) || (byte >= 9 && byte <= 13));
}

function describe(start: Buffer): string {
  if (start.length === 0) return 'empty';
  if (isText(start)) return 'a text';
  return `a binary file that starts with ${start.subarray(0, 4).toString('hex')}`;
}

/** Puts the file's name before what is wrong with it. */
async function inFile<T>(path: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    throw error instanceof UserError && !error.message.startsWith(path)
      ? new UserError(`${path}: ${error.message}`)
      : error;
  }
}
