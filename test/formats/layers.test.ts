// Every class of Keras layers: a small model built with TensorFlow.js' own layer, saved, opened and run by ours, gives
// what TensorFlow.js computes.
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { test } from 'node:test';
import { UserError } from '../../src/errors';
import { FAMILIES } from '../../src/formats/keras/layers/index';
import { openModel } from '../../src/formats/open';
import type { Model } from '../../src/model/model';
import { float32, type Tensor } from '../../src/model/tensor';
import { inFolder } from '../data/folder';
import { predict, randomise, saveToFolder } from '../layers-model';
import { outputFor } from '../run';
import { tf } from '../tensorflow';
import { assertClose, drawn } from '../tensors';

interface Case {
  readonly title: string;
  /** The classes it is a case of. */
  readonly classes: readonly string[];
  make(): tf.LayersModel;
}

type Layer = tf.layers.Layer;
type Symbolic = tf.SymbolicTensor;

const MATRIX = [6];
const IMAGE = [5, 7, 3];

/** One layer on the model's input, and the same behind a convolution, where images lie channels first. */
function alone(title: string, className: string, sample: readonly number[], make: () => Layer): Case[] {
  const onInput = (): tf.LayersModel => {
    const x = tf.input({ shape: [...sample] });
    return tf.model({ inputs: x, outputs: make().apply(x) as Symbolic });
  };
  const behindConv = (): tf.LayersModel => {
    const x = tf.input({ shape: [...sample] });
    const image = tf.layers.conv2d({ filters: 3, kernelSize: 3, padding: 'same' }).apply(x);
    return tf.model({ inputs: x, outputs: make().apply(image) as Symbolic });
  };
  const own = { title: `${className} ${title}`, classes: [className], make: onInput };
  if (sample.length !== 3) return [own];
  return [own, { title: `${className} ${title}, behind a convolution`, classes: [className], make: behindConv }];
}

function joined(
  title: string,
  className: string,
  sample: readonly number[],
  make: (parts: Symbolic[]) => Symbolic,
): Case {
  return {
    title: `${className} ${title}`,
    classes: [className],
    make() {
      const x = tf.input({ shape: [...sample] });
      const [channels = 1] = sample.slice(-1);
      const other =
        sample.length === 3
          ? tf.layers.conv2d({ filters: channels, kernelSize: 3, padding: 'same' }).apply(x)
          : tf.layers.dense({ units: channels }).apply(x);
      return tf.model({ inputs: x, outputs: make([x, other as Symbolic]) });
    },
  };
}

const FUNCTIONS = [
  'elu',
  'hardSigmoid',
  'linear',
  'relu',
  'relu6',
  'selu',
  'sigmoid',
  'softmax',
  'softplus',
  'softsign',
  'tanh',
  'swish',
  'mish',
  'gelu',
  'gelu_new',
] as const;

const stackedCells = () =>
  tf.layers.stackedRNNCells({
    cells: [
      tf.layers.lstmCell({ units: 4 }),
      tf.layers.gruCell({ units: 5 }),
      tf.layers.lstmCell({ units: 3 }),
      tf.layers.simpleRNNCell({ units: 6 }),
    ],
  });

const SIZES = { poolSize: [2, 2], strides: [2, 2] } as { poolSize: [number, number]; strides: [number, number] };

const CASES: readonly Case[] = [
  ...FUNCTIONS.flatMap((activation) => [
    ...alone(`of ${activation}`, 'Activation', MATRIX, () => tf.layers.activation({ activation })),
    ...alone(`of ${activation} on images`, 'Activation', IMAGE, () => tf.layers.activation({ activation })),
    ...alone(`with ${activation}`, 'Dense', MATRIX, () => tf.layers.dense({ units: 4, activation })),
    ...alone(`with ${activation}`, 'Conv2D', IMAGE, () => tf.layers.conv2d({ filters: 4, kernelSize: 2, activation })),
  ]),
  ...alone('of logSoftmax', 'Activation', IMAGE, () => tf.layers.activation({ activation: 'logSoftmax' as never })),
  ...alone('without a bias', 'Dense', MATRIX, () => tf.layers.dense({ units: 4, useBias: false })),
  ...alone('at every position', 'Dense', [4, 5], () => tf.layers.dense({ units: 3, activation: 'relu' })),
  ...alone('at every pixel', 'Dense', IMAGE, () => tf.layers.dense({ units: 2, activation: 'softmax' })),
  ...alone('without a bias', 'Conv2D', IMAGE, () => tf.layers.conv2d({ filters: 4, kernelSize: 3, useBias: false })),
  ...alone('padded', 'Conv2D', IMAGE, () => tf.layers.conv2d({ filters: 4, kernelSize: [2, 3], padding: 'same' })),
  ...alone('padded, with strides', 'Conv2D', IMAGE, () =>
    tf.layers.conv2d({ filters: 4, kernelSize: 3, strides: 2, padding: 'same' }),
  ),
  ...alone('padded, with strides larger than its kernel', 'Conv2D', IMAGE, () =>
    tf.layers.conv2d({ filters: 4, kernelSize: 1, strides: [2, 3], padding: 'same' }),
  ),
  ...alone('with strides that leave a rest', 'Conv2D', IMAGE, () =>
    tf.layers.conv2d({ filters: 4, kernelSize: 2, strides: [2, 3] }),
  ),
  ...alone('dilated', 'Conv2D', IMAGE, () => tf.layers.conv2d({ filters: 4, kernelSize: 2, dilationRate: [2, 3] })),
  ...alone('dilated and padded', 'Conv2D', IMAGE, () =>
    tf.layers.conv2d({ filters: 4, kernelSize: 2, dilationRate: 2, padding: 'same' }),
  ),
  ...(['valid', 'same'] as const).flatMap((padding) => [
    ...alone(`2×2, ${padding}`, 'MaxPooling2D', IMAGE, () => tf.layers.maxPooling2d({ ...SIZES, padding })),
    ...alone(`overlapping, ${padding}`, 'MaxPooling2D', IMAGE, () =>
      tf.layers.maxPooling2d({ poolSize: [3, 2], strides: [2, 1], padding }),
    ),
    ...alone(`2×2, ${padding}`, 'AveragePooling2D', IMAGE, () => tf.layers.averagePooling2d({ ...SIZES, padding })),
    ...alone(`overlapping, ${padding}`, 'AveragePooling2D', IMAGE, () =>
      tf.layers.averagePooling2d({ poolSize: [3, 2], strides: [2, 1], padding }),
    ),
  ]),
  ...alone('over a sequence of images', 'ConvLSTM2D', [3, 5, 6, 2], () =>
    tf.layers.convLstm2d({ filters: 4, kernelSize: 3, padding: 'same', returnSequences: true }),
  ),
  ...alone('with strides, its last step', 'ConvLSTM2D', [2, 5, 6, 2], () =>
    tf.layers.convLstm2d({ filters: 4, kernelSize: 2, strides: 2, recurrentActivation: 'sigmoid' }),
  ),
  ...alone('of images', 'GlobalAveragePooling2D', IMAGE, () => tf.layers.globalAveragePooling2d({ name: 'pool' })),
  ...alone('of images', 'GlobalMaxPooling2D', IMAGE, () => tf.layers.globalMaxPooling2d({ name: 'pool' })),
  ...alone('by one on every side', 'ZeroPadding2D', IMAGE, () => tf.layers.zeroPadding2d({ padding: 1 })),
  ...alone('by another amount on each side', 'ZeroPadding2D', IMAGE, () =>
    tf.layers.zeroPadding2d({
      padding: [
        [1, 0],
        [2, 3],
      ],
    }),
  ),
  ...alone('of a matrix', 'BatchNormalization', MATRIX, () => tf.layers.batchNormalization()),
  ...alone('of images', 'BatchNormalization', IMAGE, () => tf.layers.batchNormalization({ epsilon: 0.01 })),
  ...alone('without a scale', 'BatchNormalization', IMAGE, () => tf.layers.batchNormalization({ scale: false })),
  ...alone('without a centre', 'BatchNormalization', MATRIX, () => tf.layers.batchNormalization({ center: false })),
  ...alone('to images', 'Reshape', [12], () => tf.layers.reshape({ targetShape: [2, 3, 2] })),
  ...alone('of images', 'Reshape', [4, 6, 3], () => tf.layers.reshape({ targetShape: [6, 4, 3] })),
  ...alone('that leaves a size open', 'Reshape', [4, 6, 3], () => tf.layers.reshape({ targetShape: [-1, 6] })),
  ...alone('of images', 'Flatten', IMAGE, () => tf.layers.flatten()),
  ...alone('of positions', 'Flatten', [4, 5], () => tf.layers.flatten()),
  ...alone('of a matrix', 'Dropout', MATRIX, () => tf.layers.dropout({ rate: 0.5 })),
  ...alone('of images', 'Dropout', IMAGE, () => tf.layers.dropout({ rate: 0.5 })),
  ...alone('without a limit', 'ReLU', IMAGE, () => tf.layers.reLU()),
  ...alone('with a limit', 'ReLU', IMAGE, () => tf.layers.reLU({ maxValue: 0.7 })),
  ...alone('of images', 'LeakyReLU', IMAGE, () => tf.layers.leakyReLU({ alpha: 0.2 })),
  ...alone('of images', 'ELU', IMAGE, () => tf.layers.elu()),
  ...alone('of images', 'ThresholdedReLU', IMAGE, () => tf.layers.thresholdedReLU({ theta: 0.4 })),
  ...alone('with a slope a neuron', 'PReLU', MATRIX, () => tf.layers.prelu()),
  ...alone('with a slope an element', 'PReLU', IMAGE, () => tf.layers.prelu()),
  ...alone('with a slope a channel', 'PReLU', IMAGE, () => tf.layers.prelu({ sharedAxes: [1, 2] })),
  ...alone('with a slope a row', 'PReLU', IMAGE, () => tf.layers.prelu({ sharedAxes: [2, 3] })),
  ...alone('of a matrix', 'Softmax', MATRIX, () => tf.layers.softmax()),
  ...alone('over the channels of images', 'Softmax', IMAGE, () => tf.layers.softmax({ axis: -1 })),
  ...alone('over a sequence', 'Conv1D', [7, 3], () => tf.layers.conv1d({ filters: 4, kernelSize: 3, strides: 2 })),
  ...alone('over a volume', 'Conv3D', [4, 5, 4, 2], () =>
    tf.layers.conv3d({ filters: 3, kernelSize: [2, 3, 2], padding: 'same' }),
  ),
  ...(['valid', 'same'] as const).flatMap((padding) => [
    ...alone(`by two, ${padding}`, 'Conv2DTranspose', IMAGE, () =>
      tf.layers.conv2dTranspose({ filters: 4, kernelSize: 3, strides: 2, padding }),
    ),
    ...alone(`over steps larger than its kernel, ${padding}`, 'Conv2DTranspose', IMAGE, () =>
      tf.layers.conv2dTranspose({ filters: 4, kernelSize: 2, strides: 3, padding }),
    ),
    ...alone(padding, 'DepthwiseConv2D', IMAGE, () =>
      tf.layers.depthwiseConv2d({ kernelSize: 3, depthMultiplier: 2, padding }),
    ),
    ...alone(padding, 'SeparableConv2D', IMAGE, () =>
      tf.layers.separableConv2d({ filters: 5, kernelSize: 3, depthMultiplier: 2, padding }),
    ),
    ...alone(padding, 'MaxPooling1D', [7, 3], () => tf.layers.maxPooling1d({ poolSize: 2, padding })),
    ...alone(padding, 'AveragePooling1D', [7, 3], () => tf.layers.averagePooling1d({ poolSize: 3, padding })),
    ...alone(padding, 'MaxPooling3D', [4, 5, 4, 2], () => tf.layers.maxPooling3d({ poolSize: 2, padding })),
    ...alone(padding, 'AveragePooling3D', [4, 5, 4, 2], () => tf.layers.averagePooling3d({ poolSize: 2, padding })),
  ]),
  ...alone('by two', 'Conv3DTranspose', [3, 4, 3, 2], () =>
    tf.layers.conv3dTranspose({ filters: 3, kernelSize: 3, strides: 2, padding: 'same' }),
  ),
  ...alone('of a sequence', 'GlobalAveragePooling1D', [7, 3], () => tf.layers.globalAveragePooling1d({})),
  ...alone('of a sequence', 'GlobalMaxPooling1D', [7, 3], () => tf.layers.globalMaxPooling1d({})),
  ...alone('by another amount on each side', 'Cropping2D', IMAGE, () =>
    tf.layers.cropping2D({
      cropping: [
        [1, 0],
        [2, 3],
      ],
    }),
  ),
  ...alone('by two and three', 'UpSampling2D', IMAGE, () => tf.layers.upSampling2d({ size: [2, 3] })),
  ...alone('of a sequence', 'Permute', [4, 6, 3], () => tf.layers.permute({ dims: [3, 1, 2] })),
  ...alone('five times', 'RepeatVector', MATRIX, () => tf.layers.repeatVector({ n: 5 })),
  ...alone('of a matrix', 'GaussianNoise', MATRIX, () => tf.layers.gaussianNoise({ stddev: 1 })),
  ...alone('of a matrix', 'GaussianDropout', MATRIX, () => tf.layers.gaussianDropout({ rate: 0.5 })),
  ...alone('of images', 'AlphaDropout', IMAGE, () => tf.layers.alphaDropout({ rate: 0.5 })),
  ...alone('of a sequence', 'SpatialDropout1D', [4, 6], () => tf.layers.spatialDropout1d({ rate: 0.5 })),
  ...alone('of a matrix', 'LayerNormalization', MATRIX, () => tf.layers.layerNormalization()),
  ...alone('of images', 'LayerNormalization', IMAGE, () => tf.layers.layerNormalization({ epsilon: 0.01 })),
  ...alone('of images', 'Rescaling', IMAGE, () => tf.layers.rescaling({ scale: 0.5, offset: -1 })),
  ...alone('of images', 'CenterCrop', IMAGE, () => tf.layers.centerCrop({ height: 3, width: 4 })),
  ...[false, true].flatMap((returnSequences) => [
    ...alone(`sequences ${returnSequences}`, 'SimpleRNN', [5, 3], () =>
      tf.layers.simpleRNN({ units: 4, returnSequences }),
    ),
    ...alone(`sequences ${returnSequences}`, 'GRU', [5, 3], () =>
      tf.layers.gru({ units: 4, returnSequences, goBackwards: true }),
    ),
    ...alone(`sequences ${returnSequences}`, 'LSTM', [5, 3], () =>
      tf.layers.lstm({ units: 4, returnSequences, recurrentActivation: 'sigmoid' }),
    ),
    ...alone(`sequences ${returnSequences}`, 'Bidirectional', [5, 3], () =>
      tf.layers.bidirectional({ layer: tf.layers.lstm({ units: 4, returnSequences }), mergeMode: 'concat' } as never),
    ),
  ]),
  ...[false, true].flatMap((returnSequences) => [
    ...alone(`of simple cells, sequences ${returnSequences}`, 'RNN', [5, 3], () =>
      tf.layers.rnn({ cell: tf.layers.simpleRNNCell({ units: 4 }), returnSequences }),
    ),
    ...alone(`of GRU cells, sequences ${returnSequences}`, 'RNN', [5, 3], () =>
      tf.layers.rnn({ cell: tf.layers.gruCell({ units: 4 }), returnSequences }),
    ),
    ...alone(`of LSTM cells, sequences ${returnSequences}`, 'RNN', [5, 3], () =>
      tf.layers.rnn({ cell: tf.layers.lstmCell({ units: 4 }), returnSequences }),
    ),
    ...alone(`of cells on cells, sequences ${returnSequences}`, 'RNN', [5, 3], () =>
      tf.layers.rnn({ cell: stackedCells(), returnSequences }),
    ),
  ]),
  ...alone('of rows', 'Masking', MATRIX, () => tf.layers.masking({ maskValue: 0 })),
  ...alone('of steps', 'Masking', [4, 6], () => tf.layers.masking({ maskValue: 0 })),
  ...alone('of a Dense', 'TimeDistributed', [5, 3], () =>
    tf.layers.timeDistributed({ layer: tf.layers.dense({ units: 4 }) }),
  ),
  ...alone('of a convolution', 'TimeDistributed', [2, 5, 4, 3], () =>
    tf.layers.timeDistributed({ layer: tf.layers.conv2d({ filters: 4, kernelSize: 3 }) }),
  ),
  joined('of two images', 'Multiply', IMAGE, (parts) => tf.layers.multiply().apply(parts) as Symbolic),
  joined('of two images', 'Average', IMAGE, (parts) => tf.layers.average().apply(parts) as Symbolic),
  joined('of two images', 'Maximum', IMAGE, (parts) => tf.layers.maximum().apply(parts) as Symbolic),
  joined('of two rows', 'Minimum', MATRIX, (parts) => tf.layers.minimum().apply(parts) as Symbolic),
  joined('of two rows', 'Dot', MATRIX, (parts) => tf.layers.dot({ axes: -1 }).apply(parts) as Symbolic),
  joined(
    'of rows of the same length',
    'Dot',
    MATRIX,
    (parts) => tf.layers.dot({ axes: -1, normalize: true }).apply(parts) as Symbolic,
  ),
  joined('of two rows', 'Add', MATRIX, (parts) => tf.layers.add().apply(parts) as Symbolic),
  joined('of two images', 'Add', IMAGE, (parts) => tf.layers.add().apply(parts) as Symbolic),
  joined('of three images', 'Add', IMAGE, ([x, y]) => tf.layers.add().apply([x, y, x] as Symbolic[]) as Symbolic),
  joined('of rows', 'Concatenate', MATRIX, (parts) => tf.layers.concatenate().apply(parts) as Symbolic),
  joined('of channels', 'Concatenate', IMAGE, (parts) => tf.layers.concatenate().apply(parts) as Symbolic),
  joined(
    'one below the other',
    'Concatenate',
    IMAGE,
    (parts) => tf.layers.concatenate({ axis: 1 }).apply(parts) as Symbolic,
  ),
  joined('side by side', 'Concatenate', IMAGE, (parts) => tf.layers.concatenate({ axis: 2 }).apply(parts) as Symbolic),
  joined(
    'of a value with itself',
    'Concatenate',
    IMAGE,
    ([, y]) => tf.layers.concatenate().apply([y, y] as Symbolic[]) as Symbolic,
  ),
  {
    title: 'Maxout of neurons',
    classes: ['Maxout'],
    make: () =>
      tf.sequential({
        layers: [
          tf.layers.reshape({ inputShape: [6], targetShape: [6, 1, 1] }),
          tf.layers.maxPooling2d({ poolSize: [3, 1], strides: [3, 1] }),
          tf.layers.flatten(),
        ],
      }),
  },
  {
    title: 'Maxout of channels',
    classes: ['Maxout'],
    make: () =>
      tf.sequential({
        layers: [
          tf.layers.conv2d({ inputShape: [4, 5, 2], filters: 6, kernelSize: 2 }),
          tf.layers.reshape({ targetShape: [12, 6, 1] }),
          tf.layers.maxPooling2d({ poolSize: [1, 2], strides: [1, 2] }),
          tf.layers.reshape({ targetShape: [3, 4, 3] }),
        ],
      }),
  },
  // Of values below zero the padding is the largest.
  ...(
    [
      [1, 3],
      [2, 2],
    ] as const
  ).map(([padding, poolSize]) => ({
    title: `ZeroPadding2D by ${padding} before a MaxPooling2D of ${poolSize}`,
    classes: ['ZeroPadding2D'],
    make: () =>
      tf.sequential({
        layers: [
          tf.layers.conv2d({ inputShape: [4, 4, 1], filters: 3, kernelSize: 1 }),
          tf.layers.zeroPadding2d({ padding }),
          tf.layers.maxPooling2d({ poolSize, strides: 1 }),
        ],
      }),
  })),
  {
    title: 'ZeroPadding2D first and flattened',
    classes: ['ZeroPadding2D'],
    make: () =>
      tf.sequential({
        layers: [
          tf.layers.zeroPadding2d({ inputShape: [3, 4, 2], padding: 1 }),
          tf.layers.reLU(),
          tf.layers.flatten(),
          tf.layers.dense({ units: 2 }),
        ],
      }),
  },
];

/** Other names of the same class, as older and newer versions of Keras write them. */
const ALIASES: Readonly<Record<string, string>> = {
  Convolution2D: 'Conv2D',
  BatchNormalizationV1: 'BatchNormalization',
  BatchNormalizationV2: 'BatchNormalization',
};

function samplesFor(network: tf.LayersModel): Tensor {
  const [, ...sample] = (network.inputs[0] as Symbolic).shape as [null, ...number[]];
  return drawn([3, ...sample], 'samples');
}

/** What TensorFlow.js cannot run itself, or wants other inputs for. */
const ELSEWHERE = ['CategoryEncoding', 'Embedding', 'RandomWidth', 'Resizing'];

test('every class of layers of TensorFlow.js that the product knows has a case', () => {
  const tested = new Set([...CASES.flatMap(({ classes }) => classes), ...Object.keys(ALIASES), ...ELSEWHERE]);
  const theirs = Object.keys(tf.serialization.SerializationMap.getMap().classNameMap);
  assert.deepEqual(
    // Identity is an initializer there.
    theirs.filter((name) => FAMILIES.has(name) && !tested.has(name) && name !== 'Identity'),
    [],
  );
});

test('Embedding: our outputs are those of TensorFlow.js', () =>
  inFolder(async (folder) => {
    const x = tf.input({ shape: [4] });
    const rows = tf.layers.embedding({ inputDim: 9, outputDim: 3 }).apply(x) as Symbolic;
    const network = randomise(tf.model({ inputs: x, outputs: rows }), 1);
    const model = await openModel(await saveToFolder(network, folder));
    const samples = float32([2, 4], Float32Array.of(0, 8, 3, 3, 1, 2, 7, 5));
    assertClose(await outputFor(model.graph, samples), predict(network, samples), 1e-5, 'rows');
  }));

for (const { title, make } of CASES) {
  test(`${title}: our outputs are those of TensorFlow.js`, () =>
    inFolder(async (folder) => {
      const network = randomise(make(), 1);
      const model = await openModel(await saveToFolder(network, folder));
      const samples = samplesFor(network);
      assertClose(await outputFor(model.graph, samples), predict(network, samples), 1e-5, title);
    }));
}

test('the three layers of a maxout are read as one', () =>
  inFolder(async (folder) => {
    for (const { make } of CASES.filter(({ classes }) => classes.includes('Maxout'))) {
      const model = await openModel(await saveToFolder(randomise(make(), 1), folder));
      assert.deepEqual(
        model.layers.map(({ type }) => type).filter((type) => type !== 'Conv2D'),
        ['Maxout'],
      );
    }
  }));

test('a pooling in the middle of what looks like a maxout, but is an output too, stays a layer of its own', () =>
  inFolder(async (folder) => {
    const x = tf.input({ shape: [6] });
    const grouped = tf.layers.reshape({ targetShape: [6, 1, 1] }).apply(x);
    const pooled = tf.layers
      .maxPooling2d({ name: 'pool', poolSize: [3, 1], strides: [3, 1] })
      .apply(grouped) as Symbolic;
    const units = tf.layers.flatten({ name: 'flatten' }).apply(pooled) as Symbolic;
    const model = await openModel(await saveToFolder(tf.model({ inputs: x, outputs: [units, pooled] }), folder));
    assert.ok(model.layers.every(({ type }) => type !== 'Maxout'));
    assert.deepEqual(
      model.graph.outputs.map(({ shape }) => shape.slice(1)),
      [[2], [2, 1, 1]],
    );
  }));

type Change = (layer: { class_name: string; config: Record<string, unknown> }) => void;

/** A model of one layer whose config was changed in its file. */
async function edited(folder: string, network: tf.LayersModel, change: Change): Promise<string> {
  const path = await saveToFolder(network, folder);
  const json = JSON.parse(await readFile(path, 'utf8'));
  for (const layer of json.modelTopology.config.layers) change(layer);
  await writeFile(path, JSON.stringify(json));
  return path;
}

for (const [alias, className] of Object.entries(ALIASES)) {
  test(`${alias} is another name of ${className}`, () =>
    inFolder(async (folder) => {
      const found = CASES.find(({ classes }) => classes.includes(className)) as Case;
      const network = randomise(found.make(), 1);
      const path = await edited(folder, network, (layer) => {
        if (layer.class_name === className) layer.class_name = alias;
      });
      const model = await openModel(path);
      assert.ok(model.layers.some(({ type }) => type === alias));
      const samples = samplesFor(network);
      assertClose(await outputFor(model.graph, samples), predict(network, samples), 1e-5, alias);
    }));
}

const single = (layer: Layer, sample: readonly number[] = MATRIX): tf.LayersModel => {
  const x = tf.input({ shape: [...sample] });
  return tf.model({ inputs: x, outputs: layer.apply(x) as Symbolic });
};

/** What Keras computes where TensorFlow.js has no such option. */
const BY_FORMULA: readonly {
  title: string;
  layer: () => Layer;
  config: Record<string, unknown>;
  of(x: number): number;
}[] = [
  {
    title: 'ReLU with a slope',
    layer: () => tf.layers.reLU(),
    config: { negative_slope: 0.1 },
    of: (x) => (x >= 0 ? x : 0.1 * x),
  },
  {
    title: 'ReLU with a slope and a limit',
    layer: () => tf.layers.reLU(),
    config: { negative_slope: 0.1, max_value: 0.5 },
    of: (x) => (x >= 0 ? Math.min(x, 0.5) : 0.1 * x),
  },
  {
    title: 'ReLU with a threshold',
    layer: () => tf.layers.reLU(),
    config: { threshold: 0.4 },
    of: (x) => (x > 0.4 ? x : 0),
  },
  {
    title: 'ReLU with a threshold and a limit',
    layer: () => tf.layers.reLU(),
    config: { threshold: 0.4, max_value: 0.9 },
    of: (x) => (x > 0.4 ? Math.min(x, 0.9) : 0),
  },
  {
    title: 'ReLU with a slope, a threshold and a limit',
    layer: () => tf.layers.reLU(),
    config: { negative_slope: 0.1, threshold: 0.4, max_value: 0.9 },
    of: (x) => (x > 0.4 ? Math.min(x, 0.9) : 0.1 * (x - 0.4)),
  },
  {
    title: 'LeakyReLU as Keras 3 writes it',
    layer: () => tf.layers.leakyReLU(),
    config: { alpha: undefined, negative_slope: 0.1 },
    of: (x) => (x >= 0 ? x : 0.1 * x),
  },
  {
    title: 'ELU with an alpha',
    layer: () => tf.layers.elu(),
    config: { alpha: 0.6 },
    of: (x) => (x >= 0 ? x : 0.6 * Math.expm1(x)),
  },
  {
    title: 'an activation written as an object',
    layer: () => tf.layers.activation({ activation: 'tanh' }),
    config: { activation: { class_name: 'relu', config: {} } },
    of: (x) => Math.max(0, x),
  },
  {
    title: 'silu',
    layer: () => tf.layers.activation({ activation: 'tanh' }),
    config: { activation: 'silu' },
    of: (x) => x / (1 + Math.exp(-x)),
  },
];

for (const { title, layer, config, of } of BY_FORMULA) {
  test(`${title} computes what Keras does`, () =>
    inFolder(async (folder) => {
      const network = single(layer());
      const path = await edited(folder, network, (entry) => {
        if (entry.class_name !== 'InputLayer') Object.assign(entry.config, config);
      });
      const samples = samplesFor(network);
      const expected = float32(samples.shape, Float32Array.from(samples.data as Float32Array, of));
      assertClose(await outputFor((await openModel(path)).graph, samples), expected, 1e-6, title);
    }));
}

const REFUSED: readonly {
  title: string;
  layer: () => Layer;
  sample?: number[];
  config: Record<string, unknown>;
  says: RegExp;
}[] = [
  {
    title: 'groups that its kernel is not of',
    layer: () => tf.layers.conv2d({ filters: 3, kernelSize: 1 }),
    sample: IMAGE,
    config: { groups: 3 },
    says: /kernel.*wants/,
  },
  {
    title: 'a normalisation over an axis of another size',
    layer: () => tf.layers.batchNormalization(),
    sample: IMAGE,
    config: { axis: 1 },
    says: /gamma.*wants/,
  },
  {
    title: 'a dropout of more than everything',
    layer: () => tf.layers.dropout({ rate: 0.5 }),
    config: { rate: 1.5 },
    says: /rate/,
  },
  {
    title: 'a target with two open sizes',
    layer: () => tf.layers.reshape({ targetShape: [2, 3] }),
    config: { target_shape: [-1, -1] },
    says: /more than one/,
  },
  {
    title: 'a target of another size',
    layer: () => tf.layers.reshape({ targetShape: [2, 3] }),
    config: { target_shape: [2, 4] },
    says: /does not (reshape|fit)/,
  },
  {
    title: 'negative padding',
    layer: () => tf.layers.zeroPadding2d({}),
    sample: IMAGE,
    config: { padding: -1 },
    says: /padding/,
  },
  {
    title: 'a pool larger than its input',
    layer: () => tf.layers.maxPooling2d({ poolSize: 2 }),
    sample: IMAGE,
    config: { pool_size: [9, 9] },
    says: /does not fit/,
  },
];

for (const { title, layer, sample = MATRIX, config, says } of REFUSED) {
  test(`${title} is refused with the layer's name`, () =>
    inFolder(async (folder) => {
      const made = layer();
      const path = await edited(folder, single(made, sample), (entry) => {
        if (entry.class_name !== 'InputLayer') Object.assign(entry.config, config);
      });
      await assert.rejects(
        openModel(path),
        (error: unknown) =>
          error instanceof UserError && error.message.includes(`"${made.name}"`) && says.test(error.message),
      );
    }));
}

/** Settings that no operator computes: the layer is shown, and what it touches stays as it is. */
const OPAQUE: {
  readonly title: string;
  layer(): Layer;
  readonly sample?: number[];
  readonly config: Record<string, unknown>;
}[] = [
  {
    title: 'an activation that is not known',
    layer: () => tf.layers.activation({ activation: 'relu' }),
    config: { activation: 'magic' },
  },
  // TensorFlow.js makes another image of it at every call.
  { title: 'a random width', layer: () => tf.layers.randomWidth({ factor: 0.2 }), sample: IMAGE, config: {} },
  { title: 'an axis that is the batch', layer: () => tf.layers.softmax(), config: { axis: 0 } },
  { title: 'a setting of another kind', layer: () => tf.layers.reLU(), config: { max_value: [1, 2] } },
];

for (const { title, layer, sample = MATRIX, config } of OPAQUE) {
  test(`a layer with ${title} is opaque, and the model is read`, () =>
    inFolder(async (folder) => {
      const made = layer();
      const path = await edited(folder, single(made, sample), (entry) => {
        if (entry.class_name !== 'InputLayer') Object.assign(entry.config, config);
      });
      const model = await openModel(path);
      const nodes = model.graph.nodes.filter((node) => node.layer === made.name);
      assert.deepEqual(
        nodes.map(({ domain }) => domain),
        ['keras'],
      );
      assert.match(model.warnings.join(), new RegExp(`"${made.name}".*opaque`));
    }));
}

test("a layer's name, class, layout, weights and whether they are trained are read", () =>
  inFolder(async (folder) => {
    const x = tf.input({ shape: IMAGE, name: 'images' });
    const frozen = tf.layers.conv2d({ name: 'frozen', filters: 2, kernelSize: 3, trainable: false }).apply(x);
    const scores = tf.layers
      .dense({ name: 'scores', units: 2 })
      .apply(tf.layers.flatten({ name: 'flat' }).apply(frozen));
    const model: Model = await openModel(
      await saveToFolder(tf.model({ inputs: x, outputs: scores as Symbolic }), folder),
    );
    assert.deepEqual(
      model.layers.map(({ name, type, channelsFirst, weights }) => [name, type, channelsFirst, weights]),
      [
        ['images', 'InputLayer', false, []],
        ['frozen', 'Conv2D', true, ['frozen/kernel', 'frozen/bias']],
        ['flat', 'Flatten', false, []],
        ['scores', 'Dense', false, ['scores/kernel', 'scores/bias']],
      ],
    );
    assert.deepEqual(
      [...model.graph.weights.values()].map(({ trainable }) => trainable),
      [false, false, true, true],
    );
  }));

test('images whose size is known only when the model runs pass through a network that adds up', () =>
  inFolder(async (folder) => {
    const conv = (name: string) => tf.layers.conv2d({ name, filters: 3, kernelSize: 3, padding: 'same' });
    const x = tf.input({ name: 'images', shape: [null, null, 2] });
    const first = conv('first').apply(x) as Symbolic;
    const sum = tf.layers.add({ name: 'sum' }).apply([first, conv('second').apply(first) as Symbolic]);
    const pooled = tf.layers.globalAveragePooling2d({ name: 'pool' }).apply(sum);
    const scores = tf.layers.dense({ name: 'scores', units: 2 }).apply(pooled) as Symbolic;
    const network = randomise(tf.model({ inputs: x, outputs: scores }), 1);
    const { graph } = await openModel(await saveToFolder(network, folder));
    for (const [height, width] of [
      [5, 4],
      [8, 7],
    ] as const) {
      const samples = drawn([2, height, width, 2], 'samples');
      assertClose(await outputFor(graph, samples), predict(network, samples), 1e-5, `${height}×${width}`);
    }
  }));
