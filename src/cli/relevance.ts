// neuron-pruner relevance: the score of every channel, with a histogram a layer.
import type { Command } from 'commander';
import { UserError } from '../errors';
import { prunableLayers } from '../pruning/plan';
import { measureOf } from '../pruning/relevance/index';
import { type LayerRelevance, measureRelevance } from '../pruning/relevance/score';
import { openFittedData } from '../session/data';
import { chooseEngine } from '../training/choose-engine';
import { openWithWarnings } from './open';
import {
  checkedData,
  type DataFlags,
  type EngineFlags,
  measureOption,
  names,
  wholeNumber,
  withData,
  withEngine,
} from './options';
import { count, makeOutput, type Output } from './output';

interface Flags extends DataFlags, EngineFlags {
  readonly measure: string;
  readonly k: number;
  readonly layers?: string[];
  readonly json?: boolean;
}

export function registerRelevance(program: Command): void {
  const command = program
    .command('relevance')
    .description('Scores every channel by a measure: the higher, the more relevant.')
    .argument('<model>', 'a model: .keras, .h5, .onnx, a TF.js model.json, or the folder it is in')
    .addOption(measureOption())
    .option('--k <n>', 'neurons that compete as a unit, where the model has no maxout', wholeNumber, 4)
    .option('--layers <names>', 'only these layers, separated by commas', names)
    .option('--json', 'print one JSON document and nothing else');
  withEngine(withData(command, false)).action(async (path: string, flags: Flags) =>
    relevance(path, flags, makeOutput(flags.json === true)),
  );
}

async function relevance(path: string, flags: Flags, output: Output): Promise<void> {
  if (flags.k < 2) throw new UserError(`At least 2 neurons compete in a unit, --k is ${flags.k}.`);
  const measure = measureOf(flags.measure);
  const { model } = await openWithWarnings(path, output);
  if (flags.layers) prunableLayers(model, flags.layers);
  const data =
    flags.data === undefined ? undefined : await openFittedData(checkedData(flags, 0), flags.seed, model.graph);
  const { engine } = await chooseEngine(flags.engine ?? 'auto', model.graph, { threads: flags.threads, trains: false });
  const layers = await measureRelevance(measure, model, engine, data?.train, {
    k: flags.k,
    seed: flags.seed,
    ...(flags.layers && { layers: flags.layers }),
    onProgress: (done, of) => output.progress('measuring', done, of),
  });
  output.endProgress();
  const json = {
    model: path,
    measure: measure.name,
    layers: layers.map(({ layer, scores, observations, neurons }) => ({
      name: layer,
      observations,
      ...(neurons !== undefined && { neurons }),
      scores: [...scores],
    })),
  };
  output.result(json, [`${measure.name}: ${measure.description}`, '', ...layers.map(describe)].join('\n'));
}

const BARS = ' ▁▂▃▄▅▆▇█';
const BINS = 40;

function describe({ layer, scores, observations, neurons }: LayerRelevance): string {
  const [lowest, highest] = [Math.min(...scores), Math.max(...scores)];
  const bins = new Array<number>(BINS).fill(0);
  for (const score of scores) {
    const bin = highest === lowest ? 0 : Math.min(BINS - 1, Math.floor((BINS * (score - lowest)) / (highest - lowest)));
    bins[bin] = (bins[bin] ?? 0) + 1;
  }
  const fullest = Math.max(...bins);
  const histogram = bins.map((size) => BARS[size === 0 ? 0 : Math.max(1, Math.round((8 * size) / fullest))]).join('');
  const order = Array.from(scores.keys()).sort((a, b) => (scores[a] ?? 0) - (scores[b] ?? 0));
  const listed = (indices: number[]): string => indices.map((i) => `${i} (${number(scores[i] ?? 0)})`).join(', ');
  return [
    `${layer}: ${scores.length} channels${neurons === undefined ? '' : `, units of ${neurons}`}${observations > 0 ? `, ${count(observations)} observations` : ''}`,
    `  ${number(lowest)} ▕${histogram}▏ ${number(highest)}`,
    `  least: ${listed(order.slice(0, 4))}`,
    `  most:  ${listed(order.slice(-4).reverse())}`,
    '',
  ].join('\n');
}

function number(value: number): string {
  return Number.isInteger(value) ? count(value) : value.toPrecision(4);
}
