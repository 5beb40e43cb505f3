// Whether a model would do much better if its samples were fed to it otherwise: from 0 to 255, from -1 to 1, as ImageNet's
// are, or standardised. What training did to the data stands in no model's file, and a model fed with other numbers than it
// knows makes every figure of a session worthless.
import { sizeOf } from '../data/column';
import type { Dataset, Split } from '../data/dataset';
import type { Engine } from '../engines/engine';
import { commonestShare } from '../evaluation/commonest';
import { type Evaluation, evaluate } from '../evaluation/evaluate';
import type { MetricName } from '../evaluation/metrics/metric';
import { permutationTest } from '../evaluation/permutation';
import type { Model } from '../model/model';
import { loadValues } from '../model/values';
import type { DataChoice } from '../protocol/recipe-file';
import { scoreText } from '../report/score-text';
import { isLookedUp } from './vocabulary';

/** Test samples that every way of feeding is tried on, those that a doubt is settled on, and training samples looked at. */
const TRIED = 128;
const SETTLED = 1024;
const LOOKED_AT = 2000;
/**
 * A share of right samples from which nothing is suspected; where one class is that common, half of what is missing to all.
 */
const GOOD = 0.9;
/** What another way must gain: chance has to be out of the question, as several are tried. */
const LEVEL = 0.001;
/** From which on more samples may tell. */
const DOUBT = 0.1;
const SHARE_GAIN = 0.05;
const ERROR_LEFT = 0.7;
/** Columns of which means and deviations can still be written on a command line. */
const MOST_FEATURES = 64;

const IMAGENET = { mean: [0.485, 0.456, 0.406], deviation: [0.229, 0.224, 0.225] };
const PIXEL = 255;

/** How values are fed: (value × scale − mean) / deviation, of one number for all or one for each channel. */
interface Feeding {
  readonly words: string;
  readonly scale: number;
  readonly mean: readonly number[];
  readonly deviation: readonly number[];
}

/** One sentence about the best other way; undefined where none is much better, or someone said how to feed. */
export async function fedOtherwise(
  { graph }: Model,
  data: Dataset,
  choice: DataChoice,
  engine: Engine,
  found: Evaluation,
  metric?: MetricName,
): Promise<string | undefined> {
  const { inputs, test, scales = [] } = data;
  const [input] = inputs;
  const [stored] = scales;
  const said = choice.scale ?? choice.mean ?? choice.deviation ?? choice.inputs?.find((own) => typeof own === 'object');
  if (said !== undefined || input === undefined || stored === undefined) return undefined;
  if (inputs.length > 1 || scales.length > 1 || graph.inputs[0]?.type !== 'float32') return undefined;
  if (isLookedUp(graph, graph.inputs[0].name)) return undefined;
  const good = Math.max(GOOD, (1 + commonestShare(test.targets[0])) / 2);
  if (found.metric.unit === 'share' && found.score >= good) return undefined;
  const values = await loadValues(graph);
  const ways = await waysToFeed(data.train);
  const tried = async (count: number): Promise<Tried | undefined> => {
    const some = { ...test, count: Math.min(count, test.count) };
    const now = await evaluate(engine, graph, values, some, metric);
    let best: Tried | undefined;
    for (const feeding of ways) {
      const other = await evaluate(engine, graph, values, refed(some, feeding), metric);
      if (!gains(now, other)) continue;
      const pValue = permutationTest(other.outcomes, now.outcomes, 1);
      if (pValue > DOUBT || (best && (now.metric.better === 'higher') !== other.score > best.score)) continue;
      best = { feeding, samples: some.count, now: now.score, score: other.score, pValue };
    }
    return best;
  };
  let best = await tried(TRIED);
  if (best && best.pValue > LEVEL && test.count > TRIED) best = await tried(SETTLED);
  if (best === undefined || best.pValue > LEVEL) return undefined;
  const { title } = found.metric;
  return (
    `as the model is fed, its ${title} on ${best.samples.toLocaleString('en')} test samples is ${scoreText(found.metric, best.now)}; ` +
    `with ${best.feeding.words} it would be ${scoreText(found.metric, best.score)}: ${optionsOf(best.feeding, stored)}`
  );
}

/** How a model does on some samples in the best other way. */
interface Tried {
  readonly feeding: Feeding;
  readonly samples: number;
  readonly now: number;
  readonly score: number;
  readonly pValue: number;
}

function gains(now: Evaluation, { score }: Evaluation): boolean {
  return (now.metric.unit === 'share' && score - now.score >= SHARE_GAIN) || isMuchBetter(now, score);
}

function isMuchBetter({ metric, score }: Evaluation, other: number): boolean {
  return metric.better === 'lower' ? other <= ERROR_LEFT * score : 1 - other <= ERROR_LEFT * (1 - score);
}

async function waysToFeed(train: Split): Promise<Feeding[]> {
  const [{ shape = [] } = {}] = train.inputs;
  const rows = await sample(train, sizeOf(shape));
  const [least, most] = rows.reduce(([low, high], value) => [Math.min(low, value), Math.max(high, value)], [0, 0]);
  const same = { mean: [0], deviation: [1] };
  const ways: Feeding[] = [];
  if (least >= 0 && most > 0) {
    const full = most <= 1 ? 1 : most > PIXEL / 2 && most <= PIXEL ? PIXEL : most;
    const colours = shape.length === 3 && (shape[0] === 3 || shape[2] === 3);
    if (full === 1) ways.push({ words: 'values from 0 to 255', scale: PIXEL, ...same });
    else ways.push({ words: 'values from 0 to 1', scale: 1 / full, ...same });
    ways.push({ words: 'values from -1 to 1', scale: 2 / full, mean: [1], deviation: [1] });
    if (colours) ways.push({ words: "ImageNet's means and deviations taken out", scale: 1 / full, ...IMAGENET });
  }
  if (shape.length === 1 && sizeOf(shape) > 1 && sizeOf(shape) <= MOST_FEATURES)
    ways.push(standardising(rows, sizeOf(shape)));
  return ways;
}

function standardising(rows: Float32Array, width: number): Feeding {
  const count = rows.length / width;
  const moment = (column: number, of: (value: number) => number): number => {
    let sum = 0;
    for (let at = column; at < rows.length; at += width) sum += of(rows[at] as number);
    return sum / count;
  };
  const columns = Array.from({ length: width }, (_, i) => i);
  const mean = columns.map((column) => rounded(moment(column, (value) => value)));
  const deviation = columns.map((column, i) => {
    const spread = Math.sqrt(moment(column, (value) => (value - (mean[i] ?? 0)) ** 2));
    return spread > 0 ? rounded(spread) : 1;
  });
  return { words: 'the mean of each column taken out and its deviation made 1', scale: 1, mean, deviation };
}

async function sample(train: Split, size: number): Promise<Float32Array> {
  const count = Math.min(train.count, LOOKED_AT);
  const indices = Array.from({ length: count }, (_, i) => Math.floor((i * train.count) / count));
  const rows = new Float32Array(count * size);
  await train.read(indices, [rows]);
  return rows;
}

/** The split fed in another way. */
function refed(split: Split, { scale, mean, deviation }: Feeding): Split {
  const [{ shape = [] } = {}] = split.inputs;
  const size = sizeOf(shape);
  // Channels lie last, or first where the model wants them so.
  const run =
    mean.length > 1 && shape.length === 3 && shape[0] === mean.length && shape[2] !== mean.length
      ? size / mean.length
      : 1;
  return {
    ...split,
    async read(indices, out, draw) {
      await split.read(indices, out, draw);
      const values = out[0] as Float32Array;
      for (let i = 0; i < indices.length * size; i++) {
        const channel = Math.floor((i % size) / run) % mean.length;
        values[i] = ((values[i] as number) * scale - (mean[channel] ?? 0)) / (deviation[channel] ?? 1);
      }
    },
  };
}

/** @param stored factor that is on stored values now. */
function optionsOf({ scale, mean, deviation }: Feeding, stored: number): string {
  const options = [
    ...(scale === 1 ? [] : [`--scale ${rounded(stored * scale)}`]),
    ...(mean.every((value) => value === 0) ? [] : [`--mean ${mean.join(',')}`]),
    ...(deviation.every((value) => value === 1) ? [] : [`--deviation ${deviation.join(',')}`]),
  ];
  return `${options.join(' ')} (data.scale, mean and deviation in a recipe)`;
}

function rounded(value: number): number {
  return Number(value.toPrecision(6));
}
