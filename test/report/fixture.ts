// Two finished sessions as they would be on record: one that lost nothing, one that lost.
import { wilsonInterval } from '../../src/evaluation/interval';
import type { MetricInfo } from '../../src/evaluation/metrics/metric';
import { random } from '../../src/random';
import type { IterationRecord, LayerRecord, RelevanceRecord, SessionRecord } from '../../src/session/record';

export const ACCURACY: MetricInfo = { name: 'accuracy', title: 'accuracy', better: 'higher', unit: 'share' };

/** Test samples of both. */
const TEST = 10_000;
const UNITS = 64;
const VGG_CONVOLUTIONS = [64, 64, 128, 128, 256, 256];

/** LeNet-5 with maxout on MNIST: 4 neurons a unit down to 1, then weights; no significant loss. */
export const lenet: SessionRecord = {
  title: 'LeNet-5 maxout on MNIST',
  model: 'models/lenet5-maxout/model.json',
  out: 'models/lenet5-maxout-pruned/model.json',
  folder: '.neuron-pruner/lenet5-maxout-1a2b3c4d',
  data: { name: 'MNIST', train: 55_000, validation: 5_000, test: 10_000 },
  seed: 1,
  iterations: lenetIterations(),
  chosen: 4,
};

/** A VGG-like network on CIFAR-10: the filters with the smallest l1 norm go, and accuracy with them. */
export const vgg: SessionRecord = {
  title: 'VGG-8 on CIFAR-10',
  model: 'vgg8.keras',
  out: 'vgg8-pruned.keras',
  folder: '.neuron-pruner/vgg8-5e6f7a8b',
  data: { name: 'CIFAR-10', train: 50_000, validation: 0, test: 10_000 },
  seed: 7,
  iterations: vggIterations(),
  chosen: 2,
};

/** A VGG16 on faces, judged by pairs. */
export const faces: SessionRecord = {
  ...lenet,
  title: 'VGG16 on LFW',
  data: { name: 'lfw', train: 5_000, validation: 2_200, test: 1_000 },
  iterations: lenet.iterations.map((iteration, i) => ({
    ...iteration,
    metric: { name: 'verification', title: 'verification accuracy', better: 'higher', unit: 'share' },
    verification: (['cosine', 'bray-curtis'] as const).map((distance) => ({
      distance,
      threshold: 0.4,
      accuracy: 0.914 - 0.001 * i,
      equalErrorRate: 0.086 + 0.001 * i,
      curve: [
        { falsePositive: 0, truePositive: 0 },
        { falsePositive: 0.086 + 0.001 * i, truePositive: 0.914 - 0.001 * i },
        { falsePositive: 1, truePositive: 1 },
      ],
    })),
  })),
};

/** A session that was stopped when it had evaluated the original. */
export const single: SessionRecord = { ...lenet, iterations: lenet.iterations.slice(0, 1), chosen: 0 };

function lenetIterations(): IterationRecord[] {
  const sizes = [4, 3, 2, 1];
  const rounds = competition();
  const results = [
    { accuracy: 0.9905, validation: 0.9902, seconds: 214.7 },
    { accuracy: 0.9907, validation: 0.9904, afterCut: 0.9884, p: 0.6331, seconds: 131.2 },
    { accuracy: 0.9902, validation: 0.9896, afterCut: 0.9811, p: 0.3892, seconds: 118.9 },
    { accuracy: 0.9899, validation: 0.9898, afterCut: 0.9467, p: 0.2715, seconds: 104.3 },
  ];
  const neurons = results.map(({ accuracy, validation, afterCut, p, seconds }, i): IterationRecord => {
    const k = sizes[i] ?? 1;
    const round = rounds[i - 1];
    const layers = lenetLayers(k);
    const parameters = total(layers, 'parameters');
    return {
      index: i,
      kind: i === 0 ? 'original' : 'neurons',
      title: i === 0 ? 'Original' : `${k} neuron${k === 1 ? '' : 's'} a unit`,
      parameters,
      nonZero: parameters,
      macs: total(layers, 'macs'),
      bytes: parameters * 4 + 4_312,
      metric: ACCURACY,
      score: accuracy,
      interval: wilsonInterval(accuracy, TEST),
      validationScore: validation,
      ...(afterCut !== undefined && { scoreAfterCut: afterCut }),
      ...(p !== undefined && { pValue: p }),
      relevance: round ? [round.relevance] : [],
      cuts: round ? [{ layer: 'dense', channels: (k + 1) * UNITS, removed: round.removed }] : [],
      layers,
      seconds,
    };
  });
  const last = neurons[3] as IterationRecord;
  const weights: IterationRecord = {
    ...last,
    index: 4,
    kind: 'weights',
    title: '43 % of the weights',
    nonZero: 34_486,
    bytes: 126_204,
    score: 0.9903,
    interval: wilsonInterval(0.9903, TEST),
    validationScore: 0.9894,
    scoreAfterCut: 0.9412,
    pValue: 0.4288,
    relevance: [],
    cuts: [],
    seconds: 97.6,
  };
  return [...neurons, weights];
}

function lenetLayers(neurons: number): LayerRecord[] {
  const width = neurons * UNITS;
  const layers: LayerRecord[] = [
    layer('conv1', 'Conv2D', ['batch', 24, 24, 20], 520, 288_000, 20),
    layer('pool1', 'MaxPooling2D', ['batch', 12, 12, 20]),
    layer('conv2', 'Conv2D', ['batch', 8, 8, 52], 26_052, 1_664_000, 52),
    layer('pool2', 'MaxPooling2D', ['batch', 4, 4, 52]),
    layer('flatten', 'Flatten', ['batch', 832]),
    layer('dense', 'Dense', ['batch', width], 833 * width, 832 * width, width),
    layer('dropout', 'Dropout', ['batch', width]),
    layer('maxout', 'Maxout', ['batch', UNITS]),
    layer('classes', 'Dense', ['batch', 10], 650, 640, 10),
  ];
  return neurons === 1 ? layers.filter(({ type }) => type !== 'Maxout') : layers;
}

/** Wins of the neurons of each unit over 55,000 samples, and the least of each unit, from 4 neurons a unit down to 2. */
function competition(): { relevance: RelevanceRecord; removed: number[] }[] {
  const source = random(1, 'wins');
  let units = Array.from({ length: UNITS }, () => {
    const decided = 0.2 + 1.1 * source.next();
    return Array.from({ length: 4 }, () => Math.exp(decided * source.normal()));
  });
  return [4, 3, 2].map((neurons) => {
    const scores = units.map((strengths) => winsOf(strengths.map((one) => one * Math.exp(0.25 * source.normal()))));
    const least = scores.map((own) => own.indexOf(Math.min(...own)));
    units = units.map((strengths, unit) => strengths.filter((_, j) => j !== least[unit]));
    return {
      relevance: { layer: 'dense', measure: 'maxout', scores: scores.flat(), observations: 55_000, neurons },
      removed: least.map((j, unit) => unit * neurons + j),
    };
  });
}

function winsOf(strengths: readonly number[]): number[] {
  const sum = strengths.reduce((a, b) => a + b, 0);
  const wins = strengths.map((strength) => Math.floor((strength / sum) * 55_000));
  const missing = 55_000 - wins.reduce((a, b) => a + b, 0);
  return wins.map((count, j) => (j === 0 ? count + missing : count));
}

function vggIterations(): IterationRecord[] {
  const results = [
    { title: 'Original', share: 1, accuracy: 0.8912, seconds: 0.84 },
    { title: 'Half of the filters', share: 0.5, accuracy: 0.8874, afterCut: 0.6139, p: 0.0718, seconds: 1_204 },
    { title: 'A quarter of the filters', share: 0.25, accuracy: 0.869, afterCut: 0.4127, p: 0.0001, seconds: 1_011.6 },
  ];
  const source = random(7, 'l1');
  let norms = VGG_CONVOLUTIONS.map((filters) =>
    Array.from({ length: filters }, () => 6 + 9 * source.next() ** 2 + Math.exp(1.1 * source.normal())),
  );
  return results.map(({ title, share, accuracy, afterCut, p, seconds }, index): IterationRecord => {
    const layers = vggLayers(VGG_CONVOLUTIONS.map((filters) => filters * share));
    const measured = index === 0 ? [] : norms;
    const removed = measured.map(smallerHalf);
    norms = norms.map((scores, i) =>
      scores.filter((_, j) => !removed[i]?.includes(j)).map((score) => score * (1 + 0.15 * source.normal())),
    );
    const parameters = total(layers, 'parameters');
    return {
      index,
      kind: index === 0 ? 'original' : 'neurons',
      title,
      parameters,
      nonZero: parameters - 12,
      macs: total(layers, 'macs'),
      bytes: parameters * 4 + 20_480,
      metric: ACCURACY,
      score: accuracy,
      interval: wilsonInterval(accuracy, TEST),
      ...(afterCut !== undefined && { scoreAfterCut: afterCut }),
      ...(p !== undefined && { pValue: p }),
      relevance: measured.map((scores, i) => ({ layer: `conv${i + 1}`, measure: 'l1', scores, observations: 0 })),
      cuts: removed.map((indices, i) => ({
        layer: `conv${i + 1}`,
        channels: measured[i]?.length ?? 0,
        removed: indices,
      })),
      layers,
      seconds,
    };
  });
}

function vggLayers(widths: readonly number[]): LayerRecord[] {
  let channels = 3;
  let side = 32;
  const layers: LayerRecord[] = [];
  widths.forEach((filters, i) => {
    const kernel = 9 * channels * filters;
    const shape = ['N', side, side, filters];
    layers.push(layer(`conv${i + 1}`, 'Conv2D', shape, kernel + filters, kernel * side * side, filters));
    channels = filters;
    if (i % 2 === 0) return;
    side /= 2;
    layers.push(layer(`pool${(i + 1) / 2}`, 'MaxPooling2D', ['N', side, side, filters]));
  });
  const inputs = side * side * channels;
  layers.push(layer('flatten', 'Flatten', ['N', inputs]));
  layers.push(layer('fc', 'Dense', ['N', 512], (inputs + 1) * 512, inputs * 512, 512));
  layers.push(layer('predictions', 'Dense', ['N', 10], 5_130, 5_120, 10));
  return layers;
}

function smallerHalf(scores: readonly number[]): number[] {
  const order = scores.map((_, i) => i).sort((a, b) => (scores[a] ?? 0) - (scores[b] ?? 0));
  return order.slice(0, scores.length / 2).sort((a, b) => a - b);
}

function layer(
  name: string,
  type: string,
  outputShape: LayerRecord['outputShape'],
  parameters = 0,
  macs = 0,
  channels?: number,
): LayerRecord {
  return { name, type, outputShape, parameters, macs, ...(channels !== undefined && { channels }) };
}

function total(layers: readonly LayerRecord[], cost: 'parameters' | 'macs'): number {
  return layers.reduce((sum, layer) => sum + layer[cost], 0);
}
