// neuron-pruner relevance: the score of every channel, with a histogram a layer.
import { type Command, Option } from 'commander';
import { asInFile } from '../engines/engine';
import { UserError } from '../errors';
import { prunableLayers } from '../pruning/plan';
import { type Agreement, type LayerAgreement, layerAgreements, meanAgreement } from '../pruning/relevance/agreement';
import { MEASURES, measureOf } from '../pruning/relevance/index';
import type { Measure } from '../pruning/relevance/measure';
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
  withValidation,
} from './options';
import { count, makeOutput, type Output, table } from './output';

interface Flags extends DataFlags, EngineFlags {
  readonly measure: string;
  readonly k: number;
  readonly layers?: string[];
  readonly agree?: string;
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
    .addOption(
      new Option('--agree <measure>', 'measure by this too, and say how far both rank alike').choices([
        ...MEASURES.keys(),
      ]),
    )
    .option('--json', 'print one JSON document and nothing else');
  withEngine(withValidation(withData(command, false))).action(async (path: string, flags: Flags) =>
    relevance(path, flags, makeOutput(flags.json === true)),
  );
}

async function relevance(path: string, flags: Flags, output: Output): Promise<void> {
  if (flags.k < 2) throw new UserError(`At least 2 neurons compete in a unit, --k is ${flags.k}.`);
  const measure = measureOf(flags.measure);
  const { model } = await openWithWarnings(path, output);
  if (flags.layers) prunableLayers(model, flags.layers);
  const data = flags.data === undefined ? undefined : await openFittedData(checkedData(flags, 0), flags.seed, model);
  const other = flags.agree === undefined ? undefined : measureOf(flags.agree);
  const { engine } = await chooseEngine(flags.engine ?? 'auto', model.graph, {
    threads: flags.threads,
    // Gradients take what training takes.
    trainedOn: [measure, other].some((by) => by?.needs === 'gradients') ? data?.inputs : undefined,
  });
  const measured = async (by: Measure): Promise<LayerRelevance[]> => {
    const options = {
      k: flags.k,
      seed: flags.seed,
      ...(flags.layers && { layers: flags.layers }),
      onProgress: (done: number, of: number) => output.progress(`measuring ${by.name}`, done, of),
    };
    const ask = () => measureRelevance(by, model, engine, data?.train, options);
    // A graph of gradients is of our making.
    const scores = await (by.needs === 'gradients' ? ask() : asInFile(ask));
    output.endProgress();
    return scores;
  };
  const layers = await measured(measure);
  const agreement = other && layerAgreements(layers, await measured(other));
  const json = {
    model: path,
    measure: measure.name,
    layers: layers.map(({ layer, scores, observations, neurons }) => ({
      name: layer,
      observations,
      ...(neurons !== undefined && { neurons }),
      scores: [...scores],
    })),
    ...(agreement && { agreement: { with: other.name, ...meanAgreement(agreement), layers: agreement } }),
  };
  const text = [`${measure.name}: ${measure.description}`, '', ...layers.map(describe)];
  if (agreement) text.push(agreementText(measure, other, agreement));
  output.result(json, text.join('\n'));
}

function agreementText(measure: Measure, other: Measure, layers: readonly LayerAgreement[]): string {
  const row = (name: string, channels: number, { spearman, kendall }: Agreement): string[] => {
    return [name, count(channels), spearman.toFixed(2), kendall.toFixed(2)];
  };
  const mean = meanAgreement(layers);
  if (mean === undefined) return `${measure.name} and ${other.name} order no layer both.`;
  const channels = layers.reduce((sum, own) => sum + own.channels, 0);
  const rows = [...layers.map((own) => row(own.layer, own.channels, own)), row('in all', channels, mean)];
  const title = `How far ${measure.name} and ${other.name} order channels alike: 1 the same, 0 no relation, −1 reversed.`;
  return `${title}\n\n${table(['layer', 'channels', 'Spearman', 'Kendall'], rows)}`;
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
