// Files of other programs, and parts of Keras models: each is called what it is, with the way to a model that can be read.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { strToU8, zipSync } from 'fflate';
import { openModel } from '../../src/formats/open';
import { inFolder } from '../data/folder';
import { assertRefused } from './refused';

const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');
const archive = (...names: string[]): Uint8Array =>
  zipSync(Object.fromEntries(names.map((name) => [name, strToU8('x')])));

for (const [name, content, ...says] of [
  ['model.tflite', bytes('\x1c\0\0\0TFL3\x14\0'), 'TensorFlow Lite', 'Prune the Keras model'],
  ['model.h5', bytes('\x1c\0\0\0TFL3\x14\0'), 'TensorFlow Lite'],
  ['saved.zip', archive('saved/saved_model.pb', 'saved/variables/variables.index'), 'SavedModel', 'model.save('],
  ['model.keras', archive('saved_model.pb'), 'SavedModel'],
  ['model.pt', archive('model/data.pkl', 'model/data/0'), 'PyTorch', 'torch.onnx.export'],
  ['model.pth', bytes('\x80\x02\x8a\nl\xfc'), 'PyTorch'],
  ['data.npz', archive('x_train.npy', 'y_train.npy'), 'NumPy', '--data'],
  ['data.npy', bytes('\x93NUMPY\x01\0'), 'NumPy'],
  ['weights.index', bytes('\0\0\x06\x08'), 'checkpoint', 'model.load_weights'],
  ['model.json', bytes('{"class_name": "Sequential", "config": {"layers": []}}'), 'to_json', 'model.save('],
] as const) {
  test(`${name} of ${says[0]} is told apart, with what to do`, () =>
    inFolder(async (folder) => {
      await writeFile(join(folder, name), content);
      await assertRefused(openModel(join(folder, name)), name, ...says);
    }));
}

test('a checkpoint is found by the name that its files share', () =>
  inFolder(async (folder) => {
    await writeFile(join(folder, 'weights.index'), '');
    await assertRefused(openModel(join(folder, 'weights')), 'weights is a checkpoint of TensorFlow');
  }));
