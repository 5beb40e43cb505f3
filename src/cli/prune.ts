// neuron-pruner prune: runs a recipe, or makes one from its options and runs that.
import { resolve } from 'node:path';
import { type Command, Option } from 'commander';
import { UserError } from '../errors';
import { modelFile } from '../formats/open';
import { MEASURES } from '../pruning/relevance/index';
import { iterationTable } from '../report/terminal';
import { verdict } from '../report/verdict';
import { makeRecipe, type Recipe, readRecipe } from '../session/recipe';
import type { SessionRecord } from '../session/record';
import { runSession, SessionStopped } from '../session/session';
import {
  type DataFlags,
  dataOf,
  engineOption,
  given,
  names,
  realNumber,
  retrainOf,
  type TrainingFlags,
  wholeNumber,
  withData,
  withTraining,
} from './options';
import { makeOutput, type Output } from './output';
import { sessionHooks } from './session-progress';

interface Flags extends DataFlags, TrainingFlags {
  readonly layers?: string[];
  readonly k?: number;
  readonly ratio?: number;
  readonly measure?: string;
  readonly iterations?: number;
  readonly keepWeights?: number;
  readonly until?: string;
  readonly metric?: string;
  readonly out?: string;
  readonly sessions: string;
  readonly resume?: boolean;
  readonly seed?: number;
  readonly engine?: string;
  readonly threads?: number;
  readonly json?: boolean;
}

export function registerPrune(program: Command): void {
  const command = program
    .command('prune')
    .description(
      'Runs a pruning session: measure, cut, retrain, test, until the network is small. The model itself is never changed.',
    )
    .argument(
      '<model or recipe>',
      'a model (.keras, .h5, .onnx, a TF.js model.json, or the folder it is in), or a recipe (*.prune.json)',
    )
    .option('--layers <names>', 'only these layers, separated by commas', names)
    .option(
      '--k <n>',
      'neurons a maxout unit: maxout is put on the layers, then cut to one neuron a unit (default: 4)',
      wholeNumber,
    )
    .option('--ratio <share>', 'instead of maxout: cut this share of each layer by a measure', realNumber)
    .addOption(
      new Option('--measure <name>', 'the measure for --ratio (default: maxout)').choices([...MEASURES.keys()]),
    )
    .option('--iterations <n>', 'cuts in which the ratio is reached (default: 3)', wholeNumber)
    .option('--keep-weights <share>', 'then prune weights: share of the parameters left non-zero', realNumber)
    .option('--until <rule>', 'stop early: significant, parameters<=20%, macs<=1000000, bytes<=50000')
    .option('--metric <name>', 'what is judged by: accuracy, binary-accuracy, mse, mae or r2 (default: by the data)')
    .option('--out <folder>', 'new folder for the result (default: beside the model, -pruned)')
    .option('--sessions <folder>', 'where sessions are kept', '.neuron-pruner')
    .option('--resume', 'go on with the same session where it was stopped')
    .option('--seed <n>', 'fixes every random choice (default: 1)', wholeNumber)
    .addOption(engineOption())
    .option('--threads <n>', 'threads of the engine; 0: one for each physical core (default: 0)', wholeNumber)
    .option('--json', 'print one JSON document and nothing else');
  withTraining(withData(command, false), 'of retraining after every cut (default: 3)').action(
    async (path: string, flags: Flags) => prune(path, flags, makeOutput(flags.json === true)),
  );
}

async function prune(path: string, flags: Flags, output: Output): Promise<void> {
  const recipe = await recipeOf(path, flags);
  const hooks = sessionHooks(output, flags.json === true && process.stderr.isTTY !== true);
  try {
    const session = await runSession(recipe, {
      sessions: resolve(flags.sessions),
      ...(flags.out !== undefined && { out: resolve(flags.out) }),
      resume: flags.resume === true,
      ...hooks,
    });
    hooks.release();
    output.result(
      resultOf(session),
      `\n${iterationTable(session)}\n\n${verdict(session)}\n\nModel and report: ${session.out}`,
    );
  } catch (error) {
    hooks.release();
    if (!(error instanceof SessionStopped)) throw error;
    throw new UserError(`Stopped; everything up to here is saved. Go on with the same command and --resume.`);
  }
}

/** A recipe file as it is, or one made of the options. */
async function recipeOf(path: string, flags: Flags): Promise<Recipe> {
  const overrides = recipeFields(flags);
  if (path.endsWith('.prune.json')) {
    const refused = Object.keys(overrides).filter((field) => field !== 'threads' && field !== 'engine');
    if (refused.length > 0) {
      throw new UserError(
        `${path} is a recipe: what it says can't be changed by options (${refused.join(', ')}). Edit the recipe.`,
      );
    }
    const recipe = await readRecipe(path);
    return { ...recipe, ...given({ threads: flags.threads, engine: flags.engine }) };
  }
  if (flags.data === undefined)
    throw new UserError('Pruning needs data to measure and retrain on: give --data PATH, or --data digits.');
  if (flags.ratio !== undefined && flags.k !== undefined && (flags.measure ?? 'maxout') !== 'maxout') {
    throw new UserError(`--k means nothing to the measure ${flags.measure}; leave it out.`);
  }
  if (flags.ratio === undefined && (flags.measure !== undefined || flags.iterations !== undefined)) {
    throw new UserError('--measure and --iterations go with --ratio: say which share of the channels to cut.');
  }
  return makeRecipe({ model: await modelFile(path), ...overrides }, process.cwd(), 'The command line');
}

function recipeFields(flags: Flags): Record<string, unknown> {
  const { layers, k, ratio, measure, iterations, keepWeights } = flags;
  const prune = given({ method: ratio === undefined ? undefined : 'ratio', k, ratio, measure, iterations, layers });
  const retrain = retrainOf(flags);
  const dataFields = dataOf(flags);
  return given({
    data: Object.keys(dataFields).length > 0 ? dataFields : undefined,
    prune: Object.keys(prune).length > 0 ? prune : undefined,
    retrain: Object.keys(retrain).length > 0 ? retrain : undefined,
    weights: keepWeights === undefined ? undefined : { keep: keepWeights },
    until: flags.until,
    metric: flags.metric,
    seed: flags.seed,
    engine: flags.engine,
    threads: flags.threads,
  });
}

function resultOf({ out, iterations, chosen, data }: SessionRecord): object {
  const [before, after] = [iterations[0], iterations[chosen]];
  if (before === undefined || after === undefined) throw new Error('a session without iterations');
  const size = ({ parameters, nonZero, macs, bytes }: typeof before): object => ({ parameters, nonZero, macs, bytes });
  const removed = (from: number, to: number): number => (from === 0 ? 0 : 1 - to / from);
  return {
    out,
    before: size(before),
    after: size(after),
    removed: {
      parameters: removed(before.parameters, after.parameters),
      macs: removed(before.macs, after.macs),
      bytes: removed(before.bytes, after.bytes),
      nonZero: removed(before.nonZero, after.nonZero),
    },
    metric: before.metric,
    score: { before: before.score, after: after.score },
    // By its own name too, for scripts that read nothing else.
    ...(before.metric.name === 'accuracy' && { accuracy: { before: before.score, after: after.score } }),
    pValue: after.pValue ?? 1,
    testSamples: data.test,
    chosen,
    iterations: iterations.map(({ relevance, layers, ...figures }) => figures),
  };
}
