// Opens a model of any format, told by its content.
import { open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../errors';
import type { Model } from '../model/model';
import { looksLikeOnnx, readOnnx } from './onnx/read';
import { readTfjs } from './tfjs/read';

/** @param path a model file, or a folder that holds a model.json. */
export async function openModel(path: string): Promise<Model> {
  const file = await modelFile(path);
  const start = await firstBytes(file, 64);
  if (/^\s*[{[]/.test(start.toString('utf8').replace(/^\uFEFF/, ''))) return readTfjs(file);
  if (looksLikeOnnx(start)) return readOnnx(file);
  throw new UserError(
    `${file} is not a model that Neuron Pruner reads: it is ${describe(start)}. It reads TF.js layers models (model.json) and ONNX files.`,
  );
}

async function modelFile(path: string): Promise<string> {
  const found = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') throw new UserError(`There is no file ${path}.`);
    throw new UserError(`${path} cannot be read: ${error.message}`);
  });
  if (found.isFile()) return path;
  if (!found.isDirectory()) throw new UserError(`${path} is neither a file nor a folder.`);
  const inside = join(path, 'model.json');
  const model = await stat(inside).catch(() => undefined);
  if (!model?.isFile()) throw new UserError(`${path} is a folder without a model.json. Name the model's file.`);
  return inside;
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

function describe(start: Buffer): string {
  if (start.length === 0) return 'empty';
  if (start.subarray(0, 8).equals(Buffer.from('\x89HDF\r\n\x1a\n', 'latin1'))) return 'an HDF5 file (Keras .h5)';
  if (start.subarray(0, 2).toString('latin1') === 'PK') return 'a zip archive (perhaps Keras .keras)';
  return `a binary file that starts with ${start.subarray(0, 4).toString('hex')}`;
}
