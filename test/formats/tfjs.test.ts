// TF.js models: read right however they are stored, given back byte for byte where nothing changed, and opened by TF.js
// itself after a cut.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { test } from 'node:test';
import { openModel } from '../../src/formats/open';
import { fixed } from '../../src/model/graph';
import type { Model } from '../../src/model/model';
import { elementCount, float32, type Tensor } from '../../src/model/tensor';
import { loadValues, withValues } from '../../src/model/values';
import { type Weight, weightValues } from '../../src/model/weight';
import { analyseChannels } from '../../src/pruning/channels';
import { cut } from '../../src/pruning/cut';
import { introduceMaxout } from '../../src/pruning/introduce';
import { layerChannels } from '../../src/pruning/layer-channels';
import { cutWithinUnits, findMaxouts } from '../../src/pruning/maxout';
import { prunableLayers } from '../../src/pruning/plan';
import { planWidths } from '../../src/pruning/plan-widths';
import { random } from '../../src/random';
import { inFolder } from '../data/folder';
import { openWithTensorflow, ourModel, predict, randomise } from '../layers-model';
import { engine, outputFor } from '../run';
import { splitOf } from '../split';
import { fromTf, tf } from '../tensorflow';
import { assertClose, drawn } from '../tensors';
import {
  bytesDescribed,
  type FolderOptions,
  filesOf,
  type ModelJson,
  manifestOf,
  namedWeights,
  writeTfjs,
} from './tfjs-folder';

type Symbolic = tf.SymbolicTensor;

/** A Sequential network with every kind of layer whose weights follow a width. */
function sequential(): tf.LayersModel {
  const network = tf.sequential({
    name: 'sequential',
    layers: [
      tf.layers.conv2d({ name: 'conv1', inputShape: [10, 10, 2], filters: 8, kernelSize: 3, padding: 'same' }),
      tf.layers.batchNormalization({ name: 'norm' }),
      tf.layers.prelu({ name: 'slopes', sharedAxes: [1, 2] }),
      tf.layers.maxPooling2d({ name: 'pool', poolSize: 2 }),
      tf.layers.conv2d({ name: 'conv2', filters: 6, kernelSize: 2, strides: 2, activation: 'relu' }),
      tf.layers.flatten({ name: 'flatten' }),
      tf.layers.dense({ name: 'dense', units: 12, activation: 'sigmoid' }),
      tf.layers.dropout({ name: 'dropout', rate: 0.5 }),
      tf.layers.reshape({ name: 'shape', targetShape: [2, 2, 3] }),
      tf.layers.zeroPadding2d({ name: 'zeros', padding: 1 }),
      tf.layers.conv2d({ name: 'conv3', filters: 4, kernelSize: 2, activation: 'elu' }),
      tf.layers.globalAveragePooling2d({ name: 'mean' }),
      tf.layers.dense({ name: 'classes', units: 3, activation: 'softmax' }),
    ],
  });
  return randomise(network, 1);
}

/** A functional network that branches, adds up and joins. */
function functional(): tf.LayersModel {
  const conv = (name: string, filters: number) =>
    tf.layers.conv2d({ name, filters, kernelSize: 3, padding: 'same', activation: 'relu' });
  const x = tf.input({ name: 'images', shape: [6, 6, 2] });
  const first = conv('first', 8).apply(x) as Symbolic;
  const second = conv('second', 8).apply(first) as Symbolic;
  const sum = tf.layers.add({ name: 'sum' }).apply([first, second]) as Symbolic;
  const third = conv('third', 6).apply(sum) as Symbolic;
  const joined = tf.layers.concatenate({ name: 'join' }).apply([sum, third]) as Symbolic;
  const pooled = tf.layers.averagePooling2d({ name: 'pool', poolSize: 2 }).apply(joined);
  const flat = tf.layers.flatten({ name: 'flatten' }).apply(pooled);
  const dense = tf.layers.dense({ name: 'dense', units: 8, activation: 'relu' }).apply(flat) as Symbolic;
  const scores = tf.layers.dense({ name: 'classes', units: 3, activation: 'softmax' }).apply(dense) as Symbolic;
  return randomise(tf.model({ name: 'functional', inputs: x, outputs: scores }), 2);
}

const NETWORKS = { sequential, functional } as const;

function samplesFor({ graph }: Model, count = 4): Tensor {
  const shape = graph.inputs[0]?.shape ?? [];
  return drawn([count, ...shape.slice(1).map((_, axis) => fixed(shape, axis + 1))], 'samples');
}

/** Every layer down to a share of its channels. */
function narrower(model: Model, share: number): Model {
  const layers = layerChannels(model, analyseChannels(model.graph)).filter(({ frozen }) => frozen === undefined);
  const source = random('scores');
  const scores = layers.map(({ name, channels }) => ({
    layer: name,
    scores: Float64Array.from(channels, () => source.next()),
    observations: 0,
  }));
  const widths = new Map(layers.map(({ name, channels }) => [name, Math.ceil(channels.length * share)]));
  const plan = planWidths(model, scores, widths);
  return { ...model, graph: cut(model.graph, plan.channels, plan.removed) };
}

/** Written, then opened by TensorFlow.js and by us: all three compute the same. */
async function assertOpensAlike(model: Model, folder: string, samples = samplesFor(model)): Promise<string> {
  const path = await model.container.write(model, folder);
  const ours = await outputFor(model.graph, samples);
  assertClose(predict(await openWithTensorflow(path), samples), ours, 1e-4, 'TensorFlow.js');
  const again = await openModel(path);
  assertClose(await outputFor(again.graph, samples), ours, 1e-6, 'opened again');
  assert.deepEqual(
    again.layers.map(({ name, type }) => [name, type]),
    model.layers.map(({ name, type }) => [name, type]),
  );
  const { described, held } = await bytesDescribed(path);
  assert.equal(held, described);
  return path;
}

function reordered(entry: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(entry).reverse());
}

const STORED: Readonly<Record<string, FolderOptions>> = {
  'in one line and one shard': {},
  'indented by spaces': { indent: '  ' },
  'indented by tabs': { indent: '\t' },
  'in three groups': { groups: 3 },
  'in shards of uneven sizes, weights lying across them': { groups: 2, shards: [101, 3, 1000] },
  'in equal shards': { shards: [512, 512, 512] },
  'with shards in a folder below': { below: 'shards/all', shards: [64] },
  'quantised to uint8': { stored: 'uint8' },
  'quantised to uint16, in groups and shards': { stored: 'uint16', groups: 2, shards: [33] },
  'as float16': { stored: 'float16', shards: [7] },
  'with fields in another order': {
    stored: 'uint8',
    change(json) {
      for (const group of json.weightsManifest) group.weights = group.weights.map(reordered);
    },
  },
  'by the converter, in a model_config': {
    change(json) {
      json.modelTopology = { keras_version: '2.2.4-tf', backend: 'tensorflow', model_config: json.modelTopology };
    },
  },
  'with numbers as Python writes them': {
    edit: (text) => text.replace('"rate":0.5', '"rate": 5.0e-1').replace('"trainable":true', '"trainable" :  true'),
  },
  'with a byte order mark': { edit: (text) => `\uFEFF${text}` },
  'with a group of nothing': { change: (json) => void json.weightsManifest.push({ paths: [], weights: [] }) },
  'with fields nobody knows': {
    change(json) {
      json.userDefinedMetadata = { labels: ['eins', 'zwei', 'drei'], 名: 'é' };
      json.trainingConfig = null;
    },
  },
};

for (const [title, options] of Object.entries(STORED)) {
  test(`a model stored ${title} comes back byte for byte where nothing changed`, () =>
    inFolder(async (folder) => {
      for (const [name, make] of Object.entries(NETWORKS)) {
        const source = join(folder, name);
        const model = await openModel(await writeTfjs(make(), source, options));
        await model.container.write(model, join(folder, `${name} again`));
        assert.deepEqual(await filesOf(join(folder, `${name} again`)), await filesOf(source));
      }
    }));

  test(`a model stored ${title} gives TensorFlow.js' outputs, cut down too`, () =>
    inFolder(async (folder) => {
      for (const [name, make] of Object.entries(NETWORKS)) {
        const model = await openModel(await writeTfjs(make(), join(folder, name), options));
        await assertOpensAlike(model, join(folder, `${name} whole`));
        await assertOpensAlike(narrower(model, 0.5), join(folder, `${name} cut`));
      }
    }));
}

for (const stored of ['uint8', 'uint16', 'float16'] as const) {
  test(`weights stored as ${stored} have the values that TensorFlow.js reads`, () =>
    inFolder(async (folder) => {
      const path = await writeTfjs(sequential(), folder, { stored, shards: [13] });
      const { graph } = await openModel(path);
      const theirs = namedWeights(await openWithTensorflow(path));
      assert.equal(theirs.length, graph.weights.size);
      for (const { name, tensor } of theirs) {
        const weight = graph.weights.get(name) as Weight;
        assertClose(float32(weight.shape, await weightValues(weight)), fromTf(tensor), 1e-7, name);
      }
    }));

  test(`weights stored as ${stored} stay so when channels are cut, and become float32 when trained`, () =>
    inFolder(async (folder) => {
      const model = await openModel(await writeTfjs(sequential(), join(folder, 'source'), { stored }));
      const before = await manifestOf(join(folder, 'source', 'model.json'));
      const smaller = narrower(model, 0.5);
      const after = await manifestOf(await smaller.container.write(smaller, join(folder, 'cut')));
      for (const [name, entry] of before) {
        const shape = smaller.graph.weights.get(name)?.shape;
        assert.deepEqual(after.get(name), { ...entry, shape }, name);
      }
      assert.notDeepEqual(after.get('conv1/kernel')?.shape, before.get('conv1/kernel')?.shape);

      const values = await loadValues(model.graph);
      const { shape, data } = values.get('dense/kernel') as Tensor;
      const trained = new Map(values).set(
        'dense/kernel',
        float32(
          shape,
          (data as Float32Array).map((value) => value * 1.01),
        ),
      );
      const changed = { ...model, graph: withValues(model.graph, trained, values) };
      const mixed = await manifestOf(await assertOpensAlike(changed, join(folder, 'trained')));
      assert.deepEqual(mixed.get('dense/kernel'), { name: 'dense/kernel', shape: [...shape], dtype: 'float32' });
      assert.deepEqual(mixed.get('conv1/kernel'), before.get('conv1/kernel'));
    }));
}

test('every value of float16 is read: the smallest, the largest, infinities and what is not a number', async () => {
  const bits: readonly (readonly [number, number])[] = [
    [0x0000, 0],
    [0x8000, -0],
    [0x0001, 2 ** -24],
    [0x03ff, 1023 * 2 ** -24],
    [0x0400, 2 ** -14],
    [0x3c00, 1],
    [0xc000, -2],
    [0x3555, 0.333251953125],
    [0x7bff, 65_504],
    [0x7c00, Number.POSITIVE_INFINITY],
    [0xfc00, Number.NEGATIVE_INFINITY],
    [0x7e00, Number.NaN],
  ];
  const bytes = new Uint8Array(Uint16Array.from(bits, ([stored]) => stored).buffer);
  const weight: Weight = {
    name: 'w',
    shape: [bits.length],
    trainable: true,
    storage: { type: 'float16' },
    bytes: async () => bytes,
  };
  assert.deepEqual(
    [...(await weightValues(weight))],
    bits.map(([, value]) => value),
  );
});

test('after a cut the shards are no larger than the largest was, and under the same names', () =>
  inFolder(async (folder) => {
    const path = await writeTfjs(sequential(), join(folder, 'source'), { shards: [1000, 1000, 1000] });
    const model = await openModel(path);
    for (const share of [0.9, 0.5, 0.1]) {
      const smaller = narrower(model, share);
      const result = join(folder, `${share}`);
      await smaller.container.write(smaller, result);
      const [before, after] = await Promise.all([filesOf(dirname(path)), filesOf(result)]);
      const largest = Math.max(
        ...[...before].filter(([name]) => name.endsWith('.bin')).map(([, bytes]) => bytes.length),
      );
      for (const [name, bytes] of after) {
        assert.ok(before.has(name), name);
        assert.ok(name === 'model.json' || bytes.length <= largest, `${name} ${bytes.length}`);
      }
    }
    assert.ok((await filesOf(join(folder, '0.1'))).size < (await filesOf(dirname(path))).size);
  }));

test('a cut changes widths in the config and the manifest, and nothing else of the file', () =>
  inFolder(async (folder) => {
    const path = await writeTfjs(functional(), join(folder, 'source'), {
      indent: '  ',
      change: (json) => void Object.assign(json, { signature: { note: 'kept' } }),
    });
    const model = await openModel(path);
    const smaller = narrower(model, 0.5);
    const written = await smaller.container.write(smaller, join(folder, 'cut'));
    const text = await readFile(written, 'utf8');
    assert.match(text, /^\{\n {2}"format"/);
    const [before, after] = [await readFile(path, 'utf8'), text].map((json) => JSON.parse(json) as ModelJson);
    const widths = new Map(
      prunableLayers(smaller, undefined).map(({ layer, channels }) => [layer.name, channels.length]),
    );
    assert.deepEqual(
      widths,
      new Map([
        ['first', 4],
        ['second', 4],
        ['third', 3],
        ['dense', 4],
      ]),
    );
    const config = before?.modelTopology.config as { layers: { name: string; config: Record<string, unknown> }[] };
    for (const { name, config: own } of config.layers) {
      const width = widths.get(name);
      if (width !== undefined) own[name === 'dense' ? 'units' : 'filters'] = width;
    }
    for (const entry of before?.weightsManifest.flatMap(({ weights }) => weights) ?? []) {
      entry.shape = [...(smaller.graph.weights.get(String(entry.name))?.shape ?? [])];
    }
    assert.deepEqual(after, before);
  }));

const MAXOUTS = [
  ['sequential', 'dense'],
  ['sequential', 'conv2'],
  ['functional', 'dense'],
  ['functional', 'third'],
] as const;

for (const [network, layer] of MAXOUTS) {
  test(`TensorFlow.js opens a ${network} model with a maxout put on "${layer}", cut within its units and folded away`, () =>
    inFolder(async (folder) => {
      // Where a layer behind reads its neurons as an image, maxout can't stand.
      const made = network === 'sequential' && layer === 'dense' ? withoutImage() : NETWORKS[network]();
      const original = await openModel(await writeTfjs(made, join(folder, 'source')));
      const samples = samplesFor(original);
      let model = await introduceMaxout(original, layer, 2, engine, splitOf(samplesFor(original, 30)));
      await assertOpensAlike(model, join(folder, 'maxout'), samples);
      // As it lies on disk it is a maxout like any other.
      model = await openModel(join(folder, 'maxout'));
      const [maxout] = findMaxouts(model);
      assert.ok(maxout && maxout.neurons === 2);
      const removed = new Set(Array.from({ length: maxout.units }, (_, unit) => 2 * unit + (unit % 2)));
      const folded = cutWithinUnits(model, maxout, removed);
      const path = await assertOpensAlike(folded, join(folder, 'folded'), samples);
      const text = await readFile(path, 'utf8');
      assert.ok(!text.includes('maxout'));
      assert.deepEqual(
        folded.layers.map(({ name }) => name),
        original.layers.map(({ name }) => name),
      );
    }));
}

function withoutImage(): tf.LayersModel {
  const network = tf.sequential({
    layers: [
      tf.layers.flatten({ name: 'flatten', inputShape: [4, 4, 1] }),
      tf.layers.dense({ name: 'dense', units: 12 }),
      tf.layers.activation({ name: 'bend', activation: 'linear' }),
      tf.layers.dense({ name: 'classes', units: 3, activation: 'softmax' }),
    ],
  });
  return randomise(network, 3);
}

test('TensorFlow.js opens a model with several neurons left in some maxouts, and widths cut before and behind', () =>
  inFolder(async (folder) => {
    const original = await openModel(await writeTfjs(functional(), join(folder, 'source')));
    const split = splitOf(samplesFor(original, 30));
    let model = await introduceMaxout(original, 'third', 3, engine, split);
    model = await introduceMaxout(model, 'dense', 4, engine, split);
    await assertOpensAlike(model, join(folder, 'both'));
    const [third] = findMaxouts(model);
    assert.ok(third);
    model = cutWithinUnits(model, third, new Set([1, 5]));
    await assertOpensAlike(model, join(folder, 'within'));
    model = narrower(model, 0.6);
    const path = await assertOpensAlike(model, join(folder, 'narrower'));
    assert.deepEqual(
      findMaxouts(await openModel(path)).map(({ layer, neurons }) => [layer.name, neurons]),
      [
        ['third_maxout', 2],
        ['dense_maxout', 4],
      ],
    );
  }));

test('TensorFlow.js opens a model whose output was a maxout, folded away', () =>
  inFolder(async (folder) => {
    const x = tf.input({ name: 'rows', shape: [4] });
    const neurons = tf.layers.dense({ name: 'dense', units: 6 }).apply(x);
    const grouped = tf.layers.reshape({ name: 'neurons', targetShape: [6, 1, 1] }).apply(neurons);
    const pooled = tf.layers.maxPooling2d({ name: 'maximum', poolSize: [3, 1], strides: [3, 1] }).apply(grouped);
    const units = tf.layers.flatten({ name: 'units' }).apply(pooled) as Symbolic;
    const network = randomise(tf.model({ inputs: x, outputs: units }), 1);
    const model = await openModel(await writeTfjs(network, join(folder, 'source')));
    const [maxout] = findMaxouts(model);
    assert.ok(maxout);
    const folded = cutWithinUnits(model, maxout, new Set([0, 1, 4, 5]));
    await assertOpensAlike(folded, join(folder, 'folded'));
    assert.equal(folded.graph.outputs[0]?.shape[1], 2);
  }));

/** Where the real models lie: outside of the repository. */
const CELLS: Readonly<Record<string, () => Parameters<typeof tf.layers.rnn>[0]['cell']>> = {
  'simple cells': () => tf.layers.simpleRNNCell({ units: 6 }),
  'GRU cells': () => tf.layers.gruCell({ units: 6 }),
  'LSTM cells': () => tf.layers.lstmCell({ units: 6 }),
  'cells on cells': () =>
    tf.layers.stackedRNNCells({ cells: [tf.layers.lstmCell({ units: 4 }), tf.layers.gruCell({ units: 6 })] }),
};

for (const [cells, cell] of Object.entries(CELLS)) {
  test(`an RNN over ${cells}, cut, opens in TensorFlow.js, and says their widths wherever it does`, () =>
    inFolder(async (folder) => {
      const network = tf.sequential({
        layers: [
          tf.layers.dense({ units: 5, inputShape: [4, 3] }),
          tf.layers.rnn({ cell: cell(), returnSequences: true, name: 'cells' }),
          tf.layers.dense({ units: 2 }),
        ],
      });
      const model = await ourModel(randomise(network, 1));
      const smaller = narrower(model, 0.5);
      const path = await assertOpensAlike(smaller, join(folder, 'half'), drawn([2, 4, 3], 1));
      const text = await readFile(path, 'utf8');
      const widths = [...text.matchAll(/"units":\s*(\d+)/g)].map(([, units]) => Number(units));
      assert.ok(
        widths.every((units) => units <= 3),
        `${widths}`,
      );
    }));
}

const SHARED = '../shared/models/tfjs';

for (const name of ['doodlenet', 'fashion-mlp', 'abalone', 'tfjs-classification-demo']) {
  const source = join(SHARED, name);
  const skip = existsSync(source) ? false : `${source} is not there`;

  test(`${name} comes back byte for byte`, { skip }, () =>
    inFolder(async (folder) => {
      const model = await openModel(source);
      const path = await model.container.write(model, join(folder, 'again'));
      assert.equal(basename(path), 'model.json');
      assert.deepEqual(await filesOf(join(folder, 'again')), await filesOf(source));
    }),
  );

  test(`${name} with half the channels of every layer opens in TensorFlow.js with our outputs`, { skip }, () =>
    inFolder(async (folder) => {
      const model = await openModel(source);
      const samples = samplesFor(model, 2);
      await assertOpensAlike(model, join(folder, 'whole'), samples);
      const smaller = narrower(model, 0.5);
      await assertOpensAlike(smaller, join(folder, 'half'), samples);
      const [before, after] = [model, smaller].map(({ graph }) =>
        [...graph.weights.values()].reduce((sum, { shape }) => sum + elementCount(shape), 0),
      );
      assert.ok((after as number) < 0.6 * (before as number));
    }),
  );
}
