// The options of prune as a recipe.
import { type Command, InvalidArgumentError, Option } from 'commander';
import { UserError } from '../errors';
import { modelFile } from '../formats/open';
import { PRECISIONS } from '../model/quantize';
import { MEASURES } from '../pruning/relevance/index';
import { NORMALIZATIONS } from '../pruning/relevance/normalization';
import { REDUCTIONS } from '../pruning/relevance/reduction';
import { USUAL_MEASURE } from '../pruning/relevance/usual-measure';
import { makeRecipe, type Recipe, readRecipe } from '../session/recipe';
import { parseUntil } from '../session/until';
import { optionOf } from './option-names';
import {
  type DataFlags,
  dataOf,
  given,
  metricOption,
  names,
  realNumber,
  retrainOf,
  type TrainingFlags,
  wholeNumber,
} from './options';

export interface RecipeFlags extends DataFlags, TrainingFlags {
  readonly layers?: string[];
  readonly protect?: string[];
  readonly k?: number;
  readonly ratio?: number;
  readonly ratios?: Record<string, number>;
  readonly global?: number;
  readonly to?: Record<string, number>;
  readonly measure?: string;
  readonly reduction?: string;
  readonly normalization?: string;
  readonly minimumWidth?: number;
  readonly approximate?: boolean;
  readonly multiple?: number;
  readonly isomorphic?: boolean;
  readonly iterations?: number;
  /** False with --no-retrain. */
  readonly retrain: boolean;
  readonly keepWeights?: number;
  readonly quantize?: string;
  readonly sparse?: boolean;
  readonly until?: string;
  readonly shrink?: string;
  readonly maxoutEpochs?: number;
  readonly lastEpochs?: number;
  /** True without a weight. */
  readonly distil?: number | true;
  readonly temperature?: number;
  readonly metric?: string;
  readonly seed?: number;
  readonly engine?: string;
  readonly threads?: number;
}

export function withPruning(command: Command): Command {
  return command
    .option('--layers <names>', 'only these layers, separated by commas', names)
    .option('--protect <names>', 'layers that keep all their channels, separated by commas', names)
    .option(
      '--k <n>',
      'neurons a maxout unit: maxout is put on the layers, then cut to one neuron a unit (default: 4)',
      wholeNumber,
    )
    .option('--ratio <share>', 'instead of maxout: cut this share of each layer by a measure', realNumber)
    .option('--ratios <layer=share,...>', 'shares of single layers, the others by --ratio (default: 0.5)', shares)
    .option('--global <share>', 'instead: cut this share of all channels, the least relevant of the model', realNumber)
    .option(
      '--to <figure=size>',
      'instead: cut down to at most parameters=50%, macs=1000000 or bytes=0.3 (a number up to 1 is a share)',
      target,
    )
    .addOption(
      new Option('--measure <name>', `the measure, where not maxout is cut (default: ${USUAL_MEASURE})`).choices([
        ...MEASURES.keys(),
      ]),
    )
    .addOption(
      new Option('--reduction <name>', 'how a channel of coupled layers counts (default: mean)').choices(REDUCTIONS),
    )
    .addOption(
      new Option('--normalization <name>', 'of scores between layers (default: what suits the measure)').choices(
        NORMALIZATIONS,
      ),
    )
    .option('--minimum-width <n>', 'channels a layer keeps at least (default: 1)', wholeNumber)
    .option('--multiple <n>', 'a layer that is cut keeps a multiple of so many channels (default: 1)', wholeNumber)
    .option('--isomorphic', 'with --global or --to: rank only among layers of the same structure')
    .option('--approximate', 'also cut what something is normalised over: not exact, retraining has to mend it')
    .option('--iterations <n>', 'cuts in which the ratio or target is reached (default: 3)', wholeNumber)
    .option('--no-retrain', 'do not train after the cuts; with a measure of weights no data is needed then')
    .option('--keep-weights <share>', 'then prune weights: share of the parameters left non-zero', realNumber)
    .option('--sparse', 'with --keep-weights: leave the zeros out of the file (ONNX)')
    .addOption(
      new Option('--quantize <type>', 'in the end store kernels in fewer bits (not .h5 and .keras)').choices(
        PRECISIONS,
      ),
    )
    .option(
      '--until <rule>',
      'alone: search for the smallest model that is not significantly worse (significant) or good enough (accuracy>=99%); with the options above: stop early, also at parameters<=20%, macs<=1000000, bytes<=50000',
    )
    .addOption(
      new Option('--shrink <figure>', 'what the search makes small (default: parameters)').choices([
        'parameters',
        'macs',
        'bytes',
      ]),
    )
    .option('--maxout-epochs <n>', 'of retraining after maxout was put on the layers (default: --epochs)', wholeNumber)
    .option('--last-epochs <n>', 'of the last training of a search (default: three times --epochs)', wholeNumber)
    .option(
      '--distil [weight]',
      'learn from the original too: its share of the loss (default: 0.5; a search does it without being told, 0 says not to)',
      realNumber,
    )
    .option('--temperature <t>', 'of --distil (default: 4)', realNumber)
    .addOption(metricOption());
}

/** A recipe file as it is, or one made of the options. */
export async function recipeOf(path: string, flags: RecipeFlags): Promise<Recipe> {
  const overrides = recipeFields(flags);
  if (path.endsWith('.prune.json')) {
    const refused = Object.keys(overrides).filter((field) => field !== 'threads' && field !== 'engine');
    if (refused.length > 0) {
      throw new UserError(
        `${path} is a recipe: what it says can't be changed by options (${refused.join(', ')}). Edit the recipe.`,
      );
    }
    const recipe = await readRecipe(path);
    return {
      ...recipe,
      model: await modelFile(recipe.model),
      ...given({ threads: flags.threads, engine: flags.engine }),
    };
  }
  checkFlags(flags);
  // The share of --global is a recipe's ratio.
  const called = (field: string): string | undefined =>
    field === 'prune.ratio' && flags.global !== undefined ? '--global' : optionOf(field);
  return makeRecipe({ model: await modelFile(path), ...overrides }, process.cwd(), 'The command line', called);
}

function checkFlags(flags: RecipeFlags): void {
  const methods = Object.entries({ ratio: flags.ratio ?? flags.ratios, global: flags.global, to: flags.to })
    .filter(([, value]) => value !== undefined)
    .map(([name]) => `--${name}`);
  if (methods.length > 1) throw new UserError(`${methods.join(' and ')} say different things: give one of them.`);
  if (methods.length > 0 && flags.k !== undefined && (flags.measure ?? 'maxout') !== 'maxout') {
    throw new UserError(`--k means nothing to the measure ${flags.measure}; leave it out.`);
  }
  const idle = [
    'measure',
    'iterations',
    'reduction',
    'normalization',
    'minimumWidth',
    'multiple',
    'protect',
    'approximate',
  ] as const;
  const searches = methodOf(flags) === 'search';
  const useless = idle.find(
    (name) => methods.length === 0 && flags[name] !== undefined && (!searches || name === 'iterations'),
  );
  if (useless !== undefined) {
    const option = useless.replace('W', '-w');
    throw new UserError(`--${option} goes with --ratio, --global or --to: say how much to cut.`);
  }
  for (const name of ['shrink', 'lastEpochs'] as const) {
    if (flags[name] === undefined || searches) continue;
    const option = name === 'shrink' ? name : 'last-epochs';
    throw new UserError(`--${option} goes with a search: --until significant, or --until "accuracy>=99%".`);
  }
  if (flags.maxoutEpochs !== undefined && methodOf(flags) !== undefined) {
    throw new UserError('--maxout-epochs goes with --k: it is how long the network learns once maxout was put on.');
  }
  if (flags.sparse && flags.keepWeights === undefined) {
    throw new UserError('--sparse goes with --keep-weights: it leaves out weights that were pruned.');
  }
  if (flags.temperature !== undefined && flags.distil === undefined && !searches) {
    throw new UserError('--temperature goes with --distil.');
  }
  if (flags.isomorphic && flags.global === undefined && flags.to === undefined && !searches) {
    throw new UserError('--isomorphic goes with --global or --to, which compare scores of different layers.');
  }
}

function recipeFields(flags: RecipeFlags): Record<string, unknown> {
  const { keepWeights } = flags;
  const prune = pruneFields(flags);
  const retrain = {
    ...retrainOf(flags),
    ...(!flags.retrain && { epochs: 0 }),
    ...given({ maxoutEpochs: flags.maxoutEpochs, lastEpochs: flags.lastEpochs, distillation: distillationOf(flags) }),
  };
  const dataFields = dataOf(flags);
  return given({
    data: Object.keys(dataFields).length > 0 ? dataFields : undefined,
    prune: Object.keys(prune).length > 0 ? prune : undefined,
    retrain: Object.keys(retrain).length > 0 ? retrain : undefined,
    weights: keepWeights === undefined ? undefined : given({ keep: keepWeights, sparse: flags.sparse }),
    quantize: flags.quantize,
    until: flags.until,
    metric: flags.metric,
    seed: flags.seed,
    engine: flags.engine,
    threads: flags.threads,
  });
}

function pruneFields(flags: RecipeFlags): Record<string, unknown> {
  const { k, layers, protect, measure, reduction, normalization } = flags;
  const { minimumWidth, multiple, isomorphic, approximate, iterations } = flags;
  const { ratio, ratios, global, to } = flags;
  return given({
    method: methodOf(flags),
    k,
    layers,
    protect,
    measure,
    reduction,
    normalization,
    ratio: global ?? ratio,
    ratios,
    target: to,
    shrink: flags.shrink,
    minimumWidth,
    multiple,
    isomorphic,
    approximate,
    iterations,
  });
}

/** undefined: maxout, or what a recipe says. */
function methodOf({ to, global, ratio, ratios, k, until, keepWeights }: RecipeFlags): string | undefined {
  if (to !== undefined) return 'target';
  if (global !== undefined) return 'global';
  if (ratio !== undefined || ratios !== undefined) return 'ratio';
  const decides = until !== undefined && parseUntil(until).rule !== 'size';
  return decides && k === undefined && keepWeights === undefined ? 'search' : undefined;
}

function distillationOf({ distil, temperature }: RecipeFlags): object | undefined {
  return distil === undefined && temperature === undefined
    ? undefined
    : given({ weight: distil === true ? undefined : distil, temperature });
}

/** "conv1=0.2,dense=0.5" */
function shares(text: string): Record<string, number> {
  const entries = text.split(',').map((part): [string, number] => {
    // A layer's name may have an equals sign in it, a number has none.
    const [, name, share] = /^(.+)=([^=]+)$/.exec(part.trim()) ?? [];
    if (name === undefined || share === undefined) throw new InvalidArgumentError('Not of the form layer=share,…');
    return [name, realNumber(share)];
  });
  return Object.fromEntries(entries);
}

/** "parameters=50%" or "macs=1000000" */
function target(text: string): Record<string, number> {
  const [, figure, size, percent] =
    /^(parameters|macs|bytes)=(\d+(?:\.\d+)?)(%?)$/.exec(text.replaceAll(' ', '')) ?? [];
  if (figure === undefined || size === undefined) {
    throw new InvalidArgumentError('Not of the form parameters=50%, macs=1000000 or bytes=30%.');
  }
  return { [figure]: percent ? Number(size) / 100 : Number(size) };
}
