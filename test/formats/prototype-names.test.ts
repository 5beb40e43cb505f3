// A file may call anything constructor or __proto__: names that a JavaScript object knows without having been told.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UserError } from '../../src/errors';
import { openModel } from '../../src/formats/open';
import { BATCH } from '../../src/model/graph';
import { float32, int64 } from '../../src/model/tensor';
import { inspectModel } from '../../src/pruning/inspect';
import { inFolder } from '../data/folder';
import { randomise } from '../layers-model';
import { tf } from '../tensorflow';
import { writeModelFile } from './onnx/model-file';
import { type ModelJson, writeTfjs } from './tfjs-folder';

const NAMES = ['constructor', 'toString', 'hasOwnProperty', '__proto__', 'valueOf'];

test('operators of an ONNX file', () =>
  inFolder(async (folder) => {
    for (const name of NAMES) {
      const path = writeModelFile(folder, {
        opset: 18,
        x: [BATCH, 4],
        y: [BATCH, 4],
        nodes: [
          { type: name, inputs: ['x', 'kernel', 'places'], outputs: [name], attributes: { [name]: 1 } },
          { type: 'Gemm', inputs: [name, 'kernel'], outputs: ['y'] },
        ],
        tensors: new Map([
          ['kernel', float32([4, 4], new Float32Array(16).fill(1))],
          ['places', int64([0, 1])],
        ]),
      });
      const model = await openModel(path);
      assert.match(model.warnings.join(), new RegExp(`${name} is not known`));
      const [layer] = inspectModel(model).layers;
      assert.equal(layer?.prunable, false);
    }
  }));

interface JsonLayer {
  class_name: string;
  config: Record<string, unknown>;
}

const layersOf = ({ modelTopology }: ModelJson): JsonLayer[] =>
  (modelTopology as { config: { layers: JsonLayer[] } }).config.layers;

/** What stands in a config where its author chose among a few words. */
const CHANGES: readonly (readonly [what: string, change: (layer: JsonLayer, name: string) => void])[] = [
  ['a class', (layer, name) => Object.assign(layer, { class_name: name })],
  ['a layer', (layer, name) => Object.assign(layer.config, { name })],
  ['an activation', (layer, name) => Object.assign(layer.config, { activation: name })],
  ['a layout', (layer, name) => Object.assign(layer.config, { dim_ordering: name })],
  [
    'a function of TensorFlow',
    (layer, name) => Object.assign(layer, { class_name: 'TFOpLambda', config: { ...layer.config, function: name } }),
  ],
  [
    'an operator of TensorFlow',
    (layer, name) =>
      Object.assign(layer, {
        class_name: 'TensorFlowOpLayer',
        config: { ...layer.config, node_def: { op: name, attr: { DstT: { type: name } } } },
      }),
  ],
  [
    'a mode of merging',
    (layer, name) => Object.assign(layer, { class_name: 'Merge', config: { ...layer.config, mode: name } }),
  ],
  [
    'an encoding',
    (layer, name) =>
      Object.assign(layer, {
        class_name: 'CategoryEncoding',
        config: { ...layer.config, output_mode: name, num_tokens: 3 },
      }),
  ],
];

test('words in the configs of a Keras model', () =>
  inFolder(async (folder) => {
    const network = randomise(
      tf.sequential({
        layers: [
          tf.layers.dense({ name: 'first', inputShape: [4], units: 6, activation: 'relu' }),
          tf.layers.dense({ name: 'second', units: 6 }),
          tf.layers.dense({ name: 'classes', units: 3 }),
        ],
      }),
      1,
    );
    for (const [what, change] of CHANGES) {
      for (const name of NAMES) {
        const path = await writeTfjs(network, `${folder}/${what} ${name}`, {
          change: (json) => change(layersOf(json)[1] as JsonLayer, name),
        });
        await openModel(path).then(inspectModel, (error: unknown) => {
          assert.ok(error instanceof UserError, `${what} "${name}": ${error instanceof Error ? error.stack : error}`);
        });
      }
    }
  }));
