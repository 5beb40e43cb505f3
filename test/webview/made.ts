// Made data for the panel's page: a small network with everything a view can show, and one with very many neurons.

import type {
  ChannelWeights,
  Comparison,
  Inspection,
  IterationRecord,
  LayerInspection,
  MeasureChoice,
  Prediction,
  RecipeFile,
  Relevance,
  SessionState,
  Speed,
} from '../../src/protocol/session';
import type { MetricInfo } from '../../src/session/record';

type Made = Pick<LayerInspection, 'name' | 'type' | 'outputShape' | 'parameters' | 'macs'> & Partial<LayerInspection>;

function layers(made: readonly Made[]): LayerInspection[] {
  const total = made.reduce((sum, { parameters }) => sum + parameters, 0);
  return made.map((layer, i) => ({
    from: i === 0 ? [] : [made[i - 1]?.name ?? ''],
    share: layer.parameters / total,
    bytes: layer.parameters * 4,
    channels: null,
    prunable: false,
    weights: [],
    ...layer,
  }));
}

function inspection(name: string, path: string, own: readonly LayerInspection[]): Inspection {
  const sum = (pick: (layer: LayerInspection) => number): number => own.reduce((all, layer) => all + pick(layer), 0);
  return {
    path,
    name,
    format: 'tfjs',
    inputs: [{ name: 'input', shape: [null, 28, 28, 1] }],
    layers: own,
    warnings: [],
    parameters: sum((layer) => layer.parameters),
    macs: sum((layer) => layer.macs),
    bytes: sum((layer) => layer.bytes),
  };
}

const LENET: readonly Made[] = [
  {
    name: 'conv2d',
    type: 'Conv2D',
    outputShape: [null, 24, 24, 20],
    parameters: 520,
    macs: 288_000,
    channels: 20,
    prunable: true,
  },
  { name: 'max_pooling2d', type: 'MaxPooling2D', outputShape: [null, 12, 12, 20], parameters: 0, macs: 0 },
  {
    name: 'conv2d_1',
    type: 'Conv2D',
    outputShape: [null, 8, 8, 52],
    parameters: 26_052,
    macs: 1_664_000,
    channels: 52,
    prunable: true,
    coupled: ['conv2d_2'],
  },
  { name: 'max_pooling2d_1', type: 'MaxPooling2D', outputShape: [null, 4, 4, 52], parameters: 0, macs: 0 },
  { name: 'flatten', type: 'Flatten', outputShape: [null, 832], parameters: 0, macs: 0 },
  {
    name: 'dense',
    type: 'Dense',
    outputShape: [null, 256],
    parameters: 213_248,
    macs: 212_992,
    channels: 256,
    prunable: true,
  },
  { name: 'maxout', type: 'Maxout', outputShape: [null, 64], parameters: 0, macs: 0, neurons: 4 },
  {
    name: 'dense_1',
    type: 'Dense',
    outputShape: [null, 10],
    parameters: 650,
    macs: 640,
    channels: 10,
    reason: 'they are the outputs of the model',
  },
];

export const lenet = inspection('lenet5-maxout', '/models/lenet5-maxout/model.json', layers(LENET));

const NARROW: readonly Made[] = LENET.filter(({ name }) => name !== 'maxout').map((layer) =>
  layer.name === 'dense'
    ? { ...layer, outputShape: [null, 64], parameters: 53_312, macs: 53_248, channels: 64 }
    : layer,
);

export const narrow = inspection('lenet5-pruned', '/models/lenet5-pruned/model.json', layers(NARROW));

/** Numbers that look like scores, the same at every run. */
function scores(count: number, seed: number): number[] {
  let state = seed;
  return Array.from({ length: count }, () => {
    state = (state * 16_807) % 2_147_483_647;
    return Math.round(1000 * (state / 2_147_483_647) ** 2);
  });
}

export const measures: readonly MeasureChoice[] = [
  {
    name: 'maxout',
    description: 'How often a neuron has the largest pre-activation of its maxout unit, over the training set.',
    source: 'GCPR 2017',
    needs: 'activations',
  },
  { name: 'l1', description: 'Sum of the absolute weights of a channel.', source: 'ICLR 2017', needs: 'weights' },
  {
    name: 'mean-activation',
    description: 'Mean of what a channel puts out, over the training set.',
    source: 'ICLR 2017',
    needs: 'activations',
  },
];

export const relevance: Relevance = {
  measure: 'maxout',
  layers: [
    { layer: 'conv2d', scores: scores(20, 5), observations: 2_304_000, neurons: 4 },
    { layer: 'conv2d_1', scores: scores(52, 7), observations: 256_000, neurons: 4 },
    { layer: 'dense', scores: scores(256, 9), observations: 4_000, neurons: 4 },
  ],
};

export const weights: ChannelWeights = {
  l1: scores(20, 11).map((value) => value / 100),
  l2: scores(20, 13).map((value) => value / 300),
  kernels: { rows: 5, columns: 5, depth: 1, values: scores(500, 17).map((value) => value / 500 - 1) },
};

export const recipe: RecipeFile = {
  model: lenet.path,
  data: { source: 'digits' },
  prune: { method: 'ratio', ratio: 0.5, measure: 'maxout' },
};

export const prediction: Prediction = {
  before: lenet,
  after: narrow,
  layers: lenet.layers.map(({ name, channels, parameters, macs, bytes }) => {
    const left = narrow.layers.find((layer) => layer.name === name);
    return { name, before: { channels, parameters, macs, bytes }, ...(left && { after: left }) };
  }),
  iterations: [
    'original',
    '17 % of the channels by maxout',
    '33 % of the channels by maxout',
    '50 % of the channels by maxout',
  ],
};

const ACCURACY: MetricInfo = { name: 'accuracy', title: 'accuracy', better: 'higher', unit: 'share' };

function iteration(
  index: number,
  title: string,
  parameters: number,
  afterCut: number | undefined,
  accuracy: number,
): IterationRecord {
  return {
    index,
    kind: index === 0 ? 'original' : 'neurons',
    title,
    parameters,
    nonZero: parameters,
    macs: 2_000_000,
    bytes: parameters * 4,
    metric: ACCURACY,
    score: accuracy,
    interval: [accuracy - 0.003, accuracy + 0.003],
    ...(afterCut !== undefined && { scoreAfterCut: afterCut, pValue: 0.43 }),
    cuts:
      index === 0
        ? []
        : [{ layer: 'dense', channels: 256 - 64 * (index - 1), removed: Array.from({ length: 64 }, (_, i) => i) }],
    relevance: [],
    layers: [],
    seconds: 12.4,
  };
}

export const iterations = [
  iteration(0, 'original', 240_470, undefined, 0.9867),
  iteration(1, '3 neurons a unit', 187_158, 0.9865, 0.9885),
  iteration(2, '2 neurons a unit', 133_846, 0.9475, 0.9898),
];

export const running: SessionState = {
  status: 'running',
  model: lenet.path,
  folder: '/models/.neuron-pruner/lenet5',
  out: '/models/lenet5-pruned',
  recipe,
  started: '2026-01-01T00:00:00.000Z',
  stages: 4,
  stage: '1 neuron a unit',
  activity: { what: 'training', done: 5_120, of: 12_000, rate: 6_040, left: 1.2 },
  iterations,
  curve: [1, 2, 3].flatMap((index) =>
    Array.from({ length: index === 3 ? 20 : 50 }, (_, i) => ({
      index,
      step: i + 1,
      steps: 50,
      loss: 0.02 + 0.3 * Math.exp(-i / 12) + 0.01 * Math.sin(i * 7),
      accuracy: 0.99 - 0.08 * Math.exp(-i / 12),
    })),
  ),
  warnings: [],
  notes: [],
};

export const comparison: Comparison = {
  before: { ...lenet, nonZero: lenet.parameters, score: 0.9867 },
  after: { ...narrow, nonZero: narrow.parameters, score: 0.9862 },
  test: {
    metric: ACCURACY,
    samples: 4_000,
    pValue: 0.43,
    words: 'Accuracy on 4,000 test samples is 0.05 % lower: no significant loss, p = 0.43.',
  },
};

/** A search for the smallest network: found on the way, a step of it refused. */
export const searchRecipe: RecipeFile = {
  ...recipe,
  prune: { method: 'search', measure: 'taylor' },
  retrain: { distillation: {} },
  until: 'significant',
};
export const searchPrediction: Prediction = {
  before: prediction.before,
  after: prediction.before,
  layers: prediction.layers.map(({ name, before }) => ({ name, before, after: before })),
  iterations: ['original'],
  open: ['conv2d', 'conv2d_1', 'dense'],
};
export const searching: SessionState = {
  ...running,
  recipe: searchRecipe,
  stages: 0,
  stage: '30 % fewer parameters by taylor',
  iterations: [
    iteration(0, 'original', 240_470, undefined, 0.9867),
    { ...iteration(1, '40 % fewer parameters by taylor', 144_000, 0.981, 0.9885), accepted: true },
    { ...iteration(2, '60 % fewer parameters by taylor', 57_600, 0.9475, 0.9868), accepted: true },
    { ...iteration(3, '75 % fewer parameters by taylor', 14_400, 0.51, 0.952), accepted: false },
    { ...iteration(4, '38 % fewer parameters by taylor', 35_700, 0.93, 0.986), accepted: true, from: 2 },
  ],
};

export const speed: Speed = {
  before: { median: 0.148, p95: 0.425, throughput: 14_383 },
  after: { median: 0.0939, p95: 0.16, throughput: 34_043 },
  batch: 64,
  words: '1.59 × as fast (95 % interval 1.58 to 1.64).',
  engine: 'onnxruntime, a thread for each core',
};

/** One layer with more neurons than a page could draw one by one. */
export const VERY_MANY = 25_000;
export const wide = inspection(
  'wide',
  '/models/wide/model.json',
  layers([
    {
      name: 'huge',
      type: 'Dense',
      outputShape: [null, VERY_MANY],
      parameters: 100 * VERY_MANY,
      macs: 100 * VERY_MANY,
      channels: VERY_MANY,
      prunable: true,
    },
  ]),
);
export const wideRelevance: Relevance = {
  measure: 'maxout',
  layers: [{ layer: 'huge', scores: scores(VERY_MANY, 3), observations: 4_000, neurons: 4 }],
};
