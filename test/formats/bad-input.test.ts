// Files nobody should be able to crash us with: each one ends in one clear sentence, and a result is written whole or
// not at all.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import {
  copyFile,
  mkdir,
  open,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import { UserError } from '../../src/errors';
import { checkNewFolder, writeWhole } from '../../src/formats/files';
import { modelFile, openModel } from '../../src/formats/open';
import type { Model } from '../../src/model/model';
import { nonFiniteWeights } from '../../src/model/values';
import { inFolder } from '../data/folder';
import { predict, randomise } from '../layers-model';
import { outputFor } from '../run';
import { tf } from '../tensorflow';
import { assertClose, drawn } from '../tensors';
import { changedHdf5 } from './changed-hdf5';
import { assertRefused } from './refused';
import { filesOf, type ModelJson, writeTfjs } from './tfjs-folder';

type Symbolic = tf.SymbolicTensor;

/** Two dense layers: weights of [4, 6], [6], [6, 3] and [3]. */
function sequential(): tf.LayersModel {
  const network = tf.sequential({
    layers: [
      tf.layers.dense({ name: 'dense', inputShape: [4], units: 6, activation: 'relu' }),
      tf.layers.dense({ name: 'classes', units: 3, activation: 'softmax' }),
    ],
  });
  return randomise(network, 1);
}

function functional(): tf.LayersModel {
  const x = tf.input({ name: 'rows', shape: [4] });
  const left = tf.layers.dense({ name: 'left', units: 3 }).apply(x) as Symbolic;
  const right = tf.layers.dense({ name: 'right', units: 3 }).apply(left) as Symbolic;
  const sum = tf.layers.add({ name: 'sum' }).apply([left, right]) as Symbolic;
  return randomise(tf.model({ inputs: x, outputs: sum }), 1);
}

interface LayerJson {
  name: string;
  class_name: string;
  config: Record<string, unknown>;
  inbound_nodes: unknown;
}

interface TopologyJson {
  class_name: unknown;
  config: { layers: LayerJson[]; output_layers: unknown };
}

const layersOf = (json: ModelJson): LayerJson[] => (json.modelTopology as unknown as TopologyJson).config.layers;

/** Opens a model whose JSON was changed. */
async function opened(folder: string, network: tf.LayersModel, change: (json: ModelJson) => void): Promise<Model> {
  return openModel(await writeTfjs(network, folder, { change }));
}

interface Bad {
  readonly title: string;
  readonly says: readonly (RegExp | string)[];
  readonly network?: () => tf.LayersModel;
  change(json: ModelJson): void;
}

const firstWeight = (json: ModelJson): Record<string, unknown> =>
  json.weightsManifest[0]?.weights[0] as Record<string, unknown>;
const withWeight = (title: string, says: RegExp | string, fields: Record<string, unknown>): Bad => ({
  title,
  says: ['"dense/kernel"', says],
  change: (json) => void Object.assign(firstWeight(json), fields),
});
const withLayer = (title: string, says: RegExp | string, fields: Record<string, unknown>): Bad => ({
  title,
  says: ['"dense"', says],
  change: (json) => void Object.assign((layersOf(json)[0] as LayerJson).config, fields),
});
const withPath = (title: string, path: unknown, says: RegExp | string): Bad => ({
  title,
  says: [says],
  change: (json) => void Object.assign(json.weightsManifest[0] as object, { paths: [path] }),
});

const LARGE = 2 ** 24;

const BAD: readonly Bad[] = [
  // Weights
  withWeight('a shape whose product overflows', /multiplies to/, { shape: [LARGE, LARGE, LARGE] }),
  withWeight('a shape of more than a terabyte', /multiplies to/, { shape: [LARGE, LARGE] }),
  withWeight('a shape whose product is past all numbers', /multiplies to|sizes from/, {
    shape: new Array(8).fill(LARGE),
  }),
  withWeight('a negative size', /sizes from 0/, { shape: [-4, 6] }),
  withWeight('half a size', /sizes from 0/, { shape: [4.5, 6] }),
  withWeight('a size that is a text', /sizes from 0/, { shape: ['4', 6] }),
  withWeight('a size past any axis', /sizes from 0/, { shape: [2 ** 31, 1] }),
  withWeight('a shape of nine axes', /sizes from 0/, { shape: [4, 6, 1, 1, 1, 1, 1, 1, 1] }),
  withWeight('a shape that is no list', /sizes from 0/, { shape: 24 }),
  withWeight('a shape that does not match the layer', /\[6, 4\].*wants \[4, 6\]/, { shape: [6, 4] }),
  withWeight('a type that is not known', /"complex64" is not known/, { dtype: 'complex64' }),
  withWeight('a type that every object inherits', /"__proto__" is not known/, { dtype: '__proto__' }),
  withWeight('a type that is no text', /dtype/, { dtype: { toString: 1 } }),
  withWeight('a quantisation that is not known', /"int4" is not known/, { quantization: { dtype: 'int4' } }),
  withWeight('a quantisation without a scale', /finite scale and min/, { quantization: { dtype: 'uint8', min: 0 } }),
  withWeight('a quantisation by a text', /quantization is/, { quantization: 'uint8' }),
  {
    title: 'a weight listed twice',
    says: ['"dense/kernel" twice'],
    change: (json) => void json.weightsManifest[0]?.weights.push(firstWeight(json)),
  },
  {
    title: 'a weight listed twice, in two groups',
    says: ['"dense/kernel" twice'],
    change: (json) => void json.weightsManifest.push({ paths: [], weights: [firstWeight(json)] }),
  },
  {
    title: 'a weight without a name',
    says: [/weightsManifest\[0\]/],
    change: (json) => void Object.assign(firstWeight(json), { name: null }),
  },
  {
    title: 'a layer whose weights are not in the file',
    says: ['"dense"', 'holds no weight "dense/kernel"'],
    change: (json) => void Object.assign(firstWeight(json), { name: 'other/kernel' }),
  },
  {
    title: 'a manifest that is missing',
    says: [/weightsManifest is missing/],
    change: (json) => void Object.assign(json, { weightsManifest: undefined }),
  },
  {
    title: 'a manifest that is no list',
    says: [/weightsManifest/],
    change: (json) => void Object.assign(json, { weightsManifest: { paths: [] } }),
  },
  {
    title: 'a group that is no object',
    says: [/weightsManifest\[1\]/],
    change: (json) => void json.weightsManifest.push(null as never),
  },

  // Paths
  withPath('a shard that is missing', 'nowhere.bin', /"nowhere\.bin" is missing/),
  withPath('a path that leads out of the folder', '../outside.bin', /leaves the model's folder/),
  withPath('a path that leads out by a folder', 'shards/../../outside.bin', /leaves the model's folder/),
  withPath('a path that leads out by backslashes', '..\\outside.bin', /leaves the model's folder/),
  withPath(
    'a path that leads out by a folder and backslashes',
    'shards\\..\\..\\outside.bin',
    /leaves the model's folder/,
  ),
  withPath('an absolute path', '/etc/hostname', /leaves the model's folder/),
  withPath('an absolute path of Windows', 'C:\\Windows\\win.ini', /leaves the model's folder/),
  withPath('a path on another drive', 'D:weights.bin', /leaves the model's folder/),
  withPath('a path on a network share', '\\\\server\\share\\weights.bin', /leaves the model's folder/),
  withPath('a path with a null byte', 'weights.bin\0.txt', /leaves the model's folder/),
  withPath('a path that is the folder', '.', /leaves the model's folder|not a file/),
  withPath('a path that is a folder', 'shards', /not a file/),
  withPath('a path that is empty', '', /paths/),
  withPath('a path that is a number', 7, /paths holds 7/),
  withPath('the model itself as a shard', 'model.json', /"model\.json" is named twice/),
  {
    title: 'a shard named twice',
    says: [/"\.\/group1-shard1of1\.bin" is named twice/],
    change: (json) => void json.weightsManifest[0]?.paths.push('./group1-shard1of1.bin'),
  },

  // Layers
  withLayer('units of a million millions', /units/, { units: 1e12 }),
  withLayer('units of null', /units.*null/, { units: null }),
  withLayer('units that are a text', /units.*"a"/, { units: 'a' }),
  withLayer('no units', /units/, { units: 0 }),
  withLayer('half a unit', /units/, { units: 6.5 }),
  withLayer(
    'units that only an inherited field would have',
    /units/,
    JSON.parse('{"units": null, "__proto__": {"units": 6}}'),
  ),
  withLayer('other units than its weights', /\[4, 6\].*wants \[4, 7\]/, { units: 7 }),
  withLayer('a bias that is neither used nor not', /use_bias/, { use_bias: 'perhaps' }),
  withLayer('an activation that is a number', /activation/, { activation: 3 }),
  withLayer('an input of no axes', /batch_input_shape/, { batch_input_shape: [null] }),
  withLayer('an input of nine axes', /batch_input_shape/, { batch_input_shape: [null, 2, 2, 2, 2, 2, 2, 2, 4] }),
  withLayer('an input of a negative size', /batch_input_shape/, { batch_input_shape: [null, -4] }),
  withLayer('an input past any size', /batch_input_shape/, { batch_input_shape: [null, 1e9] }),
  withLayer('an input too large to hold', /too large/, { batch_input_shape: [null, 100_000, 100_000, 4] }),
  withLayer('an input that is no list', /batch_input_shape/, { batch_input_shape: 'wide' }),
  withLayer('no input shape', /batch_input_shape/, { batch_input_shape: undefined }),
  {
    title: 'two layers of one name',
    says: [/two layers are called "dense"/],
    change: (json) => void Object.assign((layersOf(json)[1] as LayerJson).config, { name: 'dense' }),
  },
  {
    title: 'a layer without a name',
    says: [/layer 1 .*no name/],
    change(json) {
      const layer = layersOf(json)[0] as LayerJson;
      delete layer.config.name;
    },
  },
  {
    title: 'a layer that is null',
    says: [/layer 2/],
    change: (json) => void layersOf(json).splice(1, 1, null as never),
  },
  { title: 'no layers', says: [/lists no layers/], change: (json) => void layersOf(json).splice(0) },
  {
    title: 'more layers than any network has',
    says: [/20,?001 layers/],
    change: (json) =>
      void layersOf(json).push(...new Array(19_999).fill({ class_name: 'Activation', config: { name: 'a' } })),
  },
  {
    title: 'a model of a class that is not known',
    says: ['"Mystery"'],
    change: (json) => void Object.assign(json.modelTopology, { class_name: 'Mystery' }),
  },
  {
    title: 'a topology that is a text',
    says: [/class_name/],
    change: (json) => void Object.assign(json, { modelTopology: 'Sequential' }),
  },
  {
    title: 'a topology without a config',
    says: [/no layers/],
    change: (json) => void Object.assign(json.modelTopology, { config: null }),
  },

  // How layers are connected
  {
    title: 'a layer that reads one that is missing',
    network: functional,
    says: ['"right"', '"nowhere"'],
    change: (json) => void Object.assign(layersOf(json)[2] as object, { inbound_nodes: [[['nowhere', 0, 0, {}]]] }),
  },
  {
    title: 'layers that read each other in a circle',
    network: functional,
    says: ['"left", "right"', 'circle'],
    change: (json) => void Object.assign(layersOf(json)[1] as object, { inbound_nodes: [[['right', 0, 0, {}]]] }),
  },
  {
    title: 'a layer that reads itself',
    network: functional,
    says: ['"right"', 'circle'],
    change: (json) => void Object.assign(layersOf(json)[2] as object, { inbound_nodes: [[['right', 0, 0, {}]]] }),
  },
  {
    title: 'a layer that is used twice on inputs of different widths',
    network: functional,
    says: ['"right"', /does not fit/],
    change: (json) =>
      void Object.assign(layersOf(json)[2] as object, { inbound_nodes: [[['left', 0, 0, {}]], [['rows', 0, 0, {}]]] }),
  },
  ...[7, [7], [[7]], [[[7]]], { args: [] }].map((inbound) => ({
    title: `inbound nodes that are ${JSON.stringify(inbound)}`,
    network: functional,
    says: ['"right"', 'inbound_nodes'],
    change: (json: ModelJson) => void Object.assign(layersOf(json)[2] as object, { inbound_nodes: inbound }),
  })),
  {
    title: 'a Dense of two inputs',
    network: functional,
    says: ['"right"', /takes one input, it has 2/],
    change: (json) =>
      void Object.assign(layersOf(json)[2] as object, {
        inbound_nodes: [
          [
            ['left', 0, 0, {}],
            ['rows', 0, 0, {}],
          ],
        ],
      }),
  },
  {
    title: 'a Subtract of one input',
    network: functional,
    says: ['"sum"', /two inputs/],
    change: (json) =>
      void Object.assign(layersOf(json)[3] as object, {
        class_name: 'Subtract',
        inbound_nodes: [[['left', 0, 0, {}]]],
      }),
  },
  {
    title: 'an Add of inputs that do not add up',
    network: functional,
    says: ['"sum"', /does not fit/],
    change: (json) =>
      void Object.assign(layersOf(json)[3] as object, {
        inbound_nodes: [
          [
            ['left', 0, 0, {}],
            ['rows', 0, 0, {}],
          ],
        ],
      }),
  },
  {
    title: 'an output that is missing',
    network: functional,
    says: ['"nowhere"'],
    change: (json) =>
      void Object.assign((json.modelTopology as unknown as TopologyJson).config, {
        output_layers: [['nowhere', 0, 0]],
      }),
  },
  ...[undefined, [], [7], 'sum'].map((outputs) => ({
    title: `outputs that are ${JSON.stringify(outputs)}`,
    network: functional,
    says: [/output_layers/],
    change: (json: ModelJson) =>
      void Object.assign((json.modelTopology as unknown as TopologyJson).config, { output_layers: outputs }),
  })),

  // Other kinds of models
  {
    title: 'a graph model, by its format',
    says: [/graph model/],
    change: (json) => void Object.assign(json, { format: 'graph-model' }),
  },
  {
    title: 'a graph model, by its nodes',
    says: [/graph model/],
    change: (json) => void Object.assign(json, { modelTopology: { node: [] } }),
  },
  {
    title: 'a model without a topology',
    says: [/no modelTopology/],
    change: (json) => void Object.assign(json, { modelTopology: null }),
  },
];

for (const { title, says, network = sequential, change } of BAD) {
  test(`${title} is refused in one sentence`, () =>
    inFolder(async (folder) => {
      // What a path that leads out would find.
      await writeFile(join(folder, 'outside.bin'), new Uint8Array(204));
      await mkdir(join(folder, 'model', 'shards'), { recursive: true });
      await assertRefused(opened(join(folder, 'model'), network(), change), ...says);
    }));
}

for (const [title, size, says] of [
  ['truncated', 200, /"classes\/bias".*204.*200.*truncated/],
  ['cut off in the middle', 50, /"dense\/kernel".*truncated/],
  ['empty', 0, /truncated/],
  ['too long', 205, /205 bytes are there.*204.*too long/],
] as const) {
  test(`a shard that is ${title} is refused with the weight it happens at, or both sizes`, () =>
    inFolder(async (folder) => {
      const path = await writeTfjs(sequential(), folder);
      await truncate(join(folder, 'group1-shard1of1.bin'), size);
      await assertRefused(openModel(path), path, 'group1-shard1of1.bin', says);
    }));
}

test('a shard that becomes shorter, or goes, after the model was opened is named', () =>
  inFolder(async (folder) => {
    const model = await openModel(await writeTfjs(sequential(), folder));
    const weight = model.graph.weights.get('classes/bias');
    assert.ok(weight);
    const shard = join(folder, 'group1-shard1of1.bin');
    await truncate(shard, 100);
    await assertRefused(weight.bytes(), shard);
    await rm(shard);
    await assertRefused(weight.bytes(), shard);
  }));

test('a link that leads out of the folder is refused, one within it is followed', () =>
  inFolder(async (folder) => {
    const inside = join(folder, 'model');
    const path = await writeTfjs(sequential(), inside);
    const shard = join(inside, 'group1-shard1of1.bin');
    const bytes = await readFile(shard);
    await rm(shard);
    await writeFile(join(folder, 'outside.bin'), bytes);
    await symlink('../outside.bin', shard);
    await assertRefused(openModel(path), /leaves the model's folder/);
    await rm(shard);
    await writeFile(join(inside, 'real.bin'), bytes);
    await symlink('real.bin', shard);
    assert.equal((await openModel(path)).graph.weights.size, 4);
  }));

test('a path that leads out of the folder and back in is refused: written elsewhere it would not come back', () =>
  inFolder(async (folder) => {
    const path = `../${basename(folder)}/group1-shard1of1.bin`;
    const change = (json: ModelJson): void => void Object.assign(json.weightsManifest[0] as object, { paths: [path] });
    await assertRefused(opened(folder, sequential(), change), /leaves the model's folder/);
  }));

for (const [title, text, says] of [
  ['JSON that was cut short', '{"modelTopology": {"class_name": "Sequ', /not valid JSON.*cut short/],
  ['JSON with something behind it', '{} {}', /not valid JSON/],
  ['100,000 open brackets', '['.repeat(100_000), /levels deep/],
  ['100,000 nested lists', `${'['.repeat(100_000)}${']'.repeat(100_000)}`, /levels deep/],
  ['100,000 nested objects in a field', `{"a":${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}}`, /levels deep/],
  ['a list', '[1, 2, 3]', /not a model/],
  ['an empty list', '[]', /not a model/],
  ['an object without anything', '{}', /no modelTopology/],
  ['a number', '42', /not a model/],
  ['a text', '"modelTopology"', /not a model/],
  ['null', 'null', /not a model/],
  ['white space', '   \n\t  ', /not a model/],
  ['nothing', '', /empty/],
  ['a web page', '<!doctype html><title>404</title>', /not a model/],
] as const) {
  test(`a file that is ${title} is refused in one sentence`, () =>
    inFolder(async (folder) => {
      const path = join(folder, 'model.json');
      await writeFile(path, text);
      await assertRefused(openModel(path), path, says);
    }));
}

for (const [title, bytes, says] of [
  ['an HDF5 file', '\x89HDF\r\n\x1a\n\0\0\0\0', /HDF5/],
  ['a zip archive', 'PK\x03\x04\x14\0\0\0', /archive/],
  ['an ONNX file', '\x08\x08\x12\x0bpytorch', /ONNX/],
  ['zeros', '\0'.repeat(100), /not a model/],
] as const) {
  test(`a file that is ${title} is told by its content`, () =>
    inFolder(async (folder) => {
      const path = join(folder, 'model.json');
      await writeFile(path, Buffer.from(bytes, 'latin1'));
      await assertRefused(openModel(path), path, says);
    }));
}

test('JSON larger than any model is refused unread', () =>
  inFolder(async (folder) => {
    const path = join(folder, 'model.json');
    const file = await open(path, 'w');
    await file.write('{');
    await file.truncate(40 * 2 ** 30);
    await file.close();
    await assertRefused(openModel(path), path, /40,?960 MB/);
  }));

test("a folder's model is found by its content where its name says nothing, among other JSON", () =>
  inFolder(async (folder) => {
    const path = await writeTfjs(sequential(), folder);
    await rename(path, join(folder, 'net.json'));
    await writeFile(join(folder, 'session.json'), '{"title":"net"}');
    assert.equal(await modelFile(folder), join(folder, 'net.json'));
    await copyFile(join(folder, 'net.json'), join(folder, 'other.json'));
    await assertRefused(openModel(folder), 'net.json', 'other.json');
  }));

test('a path that is nowhere, a folder without a model, and a folder in the place of a model are refused', () =>
  inFolder(async (folder) => {
    await assertRefused(openModel(join(folder, 'nowhere')), 'nowhere');
    await assertRefused(openModel(folder), folder, 'model.json');
    await mkdir(join(folder, 'model.json'));
    await assertRefused(openModel(folder), 'model.json');
    await assertRefused(openModel(join(folder, 'model.json')), 'model.json');
  }));

test('as many layers as are allowed, listed backwards, are put in order at once', () =>
  inFolder(async (folder) => {
    const change = (json: ModelJson): void => {
      const chain = Array.from({ length: 19_999 }, (_, i) => ({
        name: `a${i}`,
        class_name: 'Activation',
        config: { name: `a${i}`, activation: 'linear' },
        inbound_nodes: [[[i === 0 ? 'rows' : `a${i - 1}`, 0, 0, {}]]],
      }));
      const [rows] = layersOf(json);
      layersOf(json).splice(0, 4, ...chain.reverse(), rows as LayerJson);
      Object.assign((json.modelTopology as unknown as TopologyJson).config, { output_layers: [['a19998', 0, 0]] });
    };
    const model = await opened(folder, functional(), change);
    assert.equal(model.layers.length, 20_000);
  }));

test('a layer may be called __proto__, or like what every object inherits', () =>
  inFolder(async (folder) => {
    for (const name of ['__proto__', 'constructor', 'toString']) {
      const network = randomise(
        tf.sequential({
          layers: [
            tf.layers.dense({ name: 'first', inputShape: [4], units: 6 }),
            tf.layers.dense({ name: 'renamed', units: 3 }),
          ],
        }),
        1,
      );
      const source = join(folder, name);
      const model = await openModel(
        await writeTfjs(network, source, { edit: (text) => text.replaceAll('renamed', name) }),
      );
      assert.deepEqual(
        model.layers.map((layer) => layer.name),
        ['first', name],
      );
      const samples = drawn([2, 4], 'samples');
      assertClose(await outputFor(model.graph, samples), predict(network, samples), 1e-5, name);
      await model.container.write(model, join(folder, `${name} again`));
      assert.deepEqual(await filesOf(join(folder, `${name} again`)), await filesOf(source));
    }
    assert.equal(({} as Record<string, unknown>).units, undefined);
  }));

test('a weight that is not a number, or infinite, is named with the element', () =>
  inFolder(async (folder) => {
    const model = await openModel(await writeTfjs(sequential(), folder));
    assert.deepEqual(await nonFiniteWeights(model.graph), []);
    const shard = join(folder, 'group1-shard1of1.bin');
    const values = new Float32Array(new Uint8Array(await readFile(shard)).buffer);
    values[5] = Number.NaN;
    values[24 + 2] = Number.NEGATIVE_INFINITY;
    await writeFile(shard, new Uint8Array(values.buffer));
    const warnings = await nonFiniteWeights((await openModel(folder)).graph);
    assert.equal(warnings.length, 2);
    assert.match(warnings[0] ?? '', /"dense\/kernel" holds NaN at element 5/);
    assert.match(warnings[1] ?? '', /"dense\/bias" holds -Infinity at element 2/);
  }));

/** A model of 300 kB. */
function large(): tf.LayersModel {
  const network = tf.sequential({
    layers: [
      tf.layers.dense({ name: 'dense', inputShape: [250], units: 250 }),
      tf.layers.dense({ name: 'classes', units: 50 }),
    ],
  });
  return randomise(network, 1);
}

test('a result is not written into a folder with something in it, which stays as it was', () =>
  inFolder(async (folder) => {
    const source = join(folder, 'source');
    const model = await openModel(await writeTfjs(sequential(), source));
    const target = join(folder, 'target');
    await mkdir(target);
    await writeFile(join(target, 'mine.txt'), 'mine');
    for (const place of [target, source]) {
      const before = await filesOf(place);
      await assertRefused(model.container.write(model, place), place, /not empty/);
      await assertRefused(checkNewFolder(place), place, /not empty/);
      assert.deepEqual(await filesOf(place), before);
    }
    assert.deepEqual((await readdir(folder)).sort(), ['source', 'target']);
  }));

test('a file in the way of the result, or of its folder, is left as it was', () =>
  inFolder(async (folder) => {
    const model = await openModel(await writeTfjs(sequential(), join(folder, 'source')));
    const file = join(folder, 'file');
    await writeFile(file, 'mine');
    for (const place of [file, join(file, 'below')]) {
      await assertRefused(model.container.write(model, place), 'in the way');
    }
    await assertRefused(checkNewFolder(file), file, /is a file/);
    await assertRefused(checkNewFolder(join(file, 'below')), file, /lies below a file/);
    assert.equal(await readFile(file, 'utf8'), 'mine');
    assert.deepEqual((await readdir(folder)).sort(), ['file', 'source']);
  }));

test('a place in which nothing can be made is said so at once', { skip: !existsSync('/proc/self') }, async () => {
  for (const place of ['/proc/result', '/proc/a/b']) await assertRefused(checkNewFolder(place), place, /cannot write/);
  await inFolder(async (folder) => {
    const model = await openModel(await writeTfjs(sequential(), join(folder, 'source')));
    for (const place of ['/proc/result', '/proc/a/b'])
      await assertRefused(model.container.write(model, place), place, /no folder can be made there/);
  });
});

test('an empty folder, a new one and one below new ones take a result', () =>
  inFolder(async (folder) => {
    const model = await openModel(await writeTfjs(sequential(), join(folder, 'source')));
    await mkdir(join(folder, 'empty'));
    for (const place of ['empty', 'new', 'a/b/c'].map((name) => join(folder, name))) {
      await checkNewFolder(place);
      assert.equal(await model.container.write(model, place), join(place, 'model.json'));
      assert.deepEqual(await filesOf(place), await filesOf(join(folder, 'source')));
    }
  }));

test('a result has the permissions of any other folder', () =>
  inFolder(async (folder) => {
    const model = await openModel(await writeTfjs(sequential(), join(folder, 'source')));
    await model.container.write(model, join(folder, 'result'));
    await mkdir(join(folder, 'any'));
    const [result, any] = await Promise.all(['result', 'any'].map((name) => stat(join(folder, name))));
    assert.equal(result?.mode, any?.mode);
  }));

test('where the source goes while the result is written, nothing half-written is left', () =>
  inFolder(async (folder) => {
    const source = join(folder, 'source');
    const model = await openModel(await writeTfjs(sequential(), source, { shards: [100] }));
    await rm(join(source, 'group1-shard2of2.bin'));
    await assertRefused(model.container.write(model, join(folder, 'result')), 'group1-shard2of2.bin');
    assert.deepEqual(await readdir(folder), ['source']);
  }));

const FULL = '/dev/full';

test(
  'a file on a full disk is not left half-written',
  { skip: existsSync(FULL) ? false : `${FULL} is not there` },
  () =>
    inFolder(async (folder) => {
      const path = join(folder, 'result.bin');
      await symlink(FULL, `${path}.partial`);
      await assertRefused(writeWhole(path, [new Uint8Array(1000)]), path, /no space is left/);
      assert.deepEqual(await readdir(folder), []);
    }),
);

/** Mounts a disk of 128 kB; returns how to take it away, or why it can't be had. */
function smallDisk(folder: string): { unmount(): void } | { why: string } {
  const { status, error } = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=128k', 'tmpfs', folder]);
  if (status !== 0) return { why: `no disk can be mounted here${error ? `: ${error.message}` : ''}` };
  return { unmount: () => void spawnSync('umount', [folder]) };
}

test('a model that does not fit the disk leaves nothing on it', (context) =>
  inFolder(async (folder) => {
    const disk = join(folder, 'disk');
    await mkdir(disk);
    const mounted = smallDisk(disk);
    if ('why' in mounted) {
      context.skip(mounted.why);
      return;
    }
    try {
      const model = await openModel(await writeTfjs(large(), join(folder, 'source'), { shards: [60_000, 60_000] }));
      await assertRefused(model.container.write(model, join(disk, 'result')), 'result', /no space is left/);
      assert.deepEqual(await readdir(disk), []);
    } finally {
      mounted.unmount();
    }
  }));

test('a folder that nobody may write to says so', (context) =>
  inFolder(async (folder) => {
    const model = await openModel(await writeTfjs(sequential(), join(folder, 'source')));
    const locked = join(folder, 'locked');
    await mkdir(locked, { mode: 0o500 });
    if (process.getuid?.() === 0) {
      context.skip('root may write everywhere');
      return;
    }
    await assertRefused(model.container.write(model, join(locked, 'result')), 'result', /no permission/);
    assert.deepEqual(await readdir(locked), []);
  }));

test('an HDF5 file whose heap leads nowhere is refused, where the library would walk it for ever', () =>
  inFolder(async (folder) => {
    const bytes = await readFile('test/fixtures/keras/keras-1.h5');
    const heap = bytes.indexOf('GCOL');
    assert.ok(heap > 0);
    const behind = (size: bigint): Buffer => {
      // Behind the collection's header free space of that size.
      const damaged = Buffer.from(bytes);
      damaged.fill(0, heap + 16, heap + 64);
      damaged.writeBigUInt64LE(size, heap + 24);
      return damaged;
    };
    // Of a collection of 8 KB, the library asks for the second half alone.
    const far = Buffer.from(await readFile('test/fixtures/keras/masked-bidirectional.h5'));
    const start = far.indexOf('GCOL');
    const size = Number(far.readBigUInt64LE(start + 8));
    assert.ok(size > 4096);
    far.fill(0, start + 4300, start + size);
    for (const damaged of [...[0n, 2n ** 32n, 2n ** 63n].map(behind), far]) {
      await writeFile(join(folder, 'model.h5'), damaged);
      await assertRefused(openModel(join(folder, 'model.h5')), 'model.h5', /not a whole HDF5 file/);
    }
  }));

test('what of an HDF5 file cannot be written again is said when it is opened', () =>
  inFolder(async (folder) => {
    const path = await changedHdf5(folder, (id, module) => module.create_soft_link(id, '/nowhere', '/link'));
    const { warnings } = await openModel(path);
    assert.ok(
      warnings.includes('"/link" of the file is of a kind that cannot be written: a pruned model is without'),
      warnings.join('\n'),
    );
  }));

test('groups of an HDF5 file that hold each other in a tower are refused soon', () =>
  inFolder(async (folder) => {
    const path = await changedHdf5(folder, (id, module) => {
      const group = (i: number): string => `/model_weights/tower_${i}`;
      for (let i = 0; i <= 30; i++) module.create_group(id, group(i), false);
      for (let i = 0; i < 30; i++) {
        for (const way of ['left', 'right']) module.create_hard_link(id, group(i + 1), `${group(i)}/${way}`);
      }
    });
    const started = performance.now();
    await assertRefused(openModel(path), 'model.h5', /hold each other again and again/);
    assert.ok(performance.now() - started < 5000);
  }));

test('a group of an HDF5 file that lies in itself is refused soon', () =>
  inFolder(async (folder) => {
    const path = await changedHdf5(folder, (id, module) => {
      module.create_hard_link(id, '/model_weights', '/model_weights/again');
    });
    await assertRefused(openModel(path), 'model.h5', /hold each other again and again/);
  }));

test('a SavedModel of TensorFlow is told apart, with what to do', () =>
  inFolder(async (folder) => {
    await writeFile(join(folder, 'saved_model.pb'), Buffer.from([8, 1]));
    for (const path of [folder, join(folder, 'saved_model.pb')])
      await assert.rejects(
        openModel(path),
        (error) => error instanceof UserError && /SavedModel.*model\.keras/.test(error.message),
      );
  }));
