// neuron-pruner prune: runs a recipe, or makes one from its options and runs that.
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { UserError } from '../errors';
import { openModel } from '../formats/open';
import { iterationTable } from '../report/terminal';
import { verdict } from '../report/verdict';
import { type OutputTest, testModels } from '../session/compare';
import { openData } from '../session/data';
import { holdModel } from '../session/pipe';
import type { Recipe } from '../session/recipe';
import type { SessionRecord } from '../session/record';
import { runSession, SessionStopped } from '../session/session';
import { pruneWithoutData } from '../session/without-data';
import { chooseEngine } from '../training/choose-engine';
import { engineOption, wholeNumber, withAugmentation, withData, withTraining, withValidation } from './options';
import { count, makeOutput, type Output, percent, table } from './output';
import { showPlan } from './prune-plan';
import { type RecipeFlags, recipeOf, withPruning } from './prune-recipe';
import { sessionHooks } from './session-progress';

interface Flags extends RecipeFlags {
  readonly plan?: boolean;
  readonly out?: string;
  readonly sessions: string;
  readonly resume?: boolean;
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
    );
  withPruning(command)
    .option('--plan', 'only show what would be cut and saved, layer by layer')
    .option('--out <folder>', 'new folder for the result (default: beside the model, -pruned)')
    .option('--sessions <folder>', 'where sessions are kept', '.neuron-pruner')
    .option('--resume', 'go on with the same session where it was stopped')
    .option('--seed <n>', 'fixes every random choice (default: 1)', wholeNumber)
    .addOption(engineOption())
    .option('--threads <n>', 'threads of the engine; 0: one for each physical core (default: 0)', wholeNumber)
    .option('--json', 'print one JSON document and nothing else');
  withTraining(
    withAugmentation(withValidation(withData(command, false))),
    'of retraining after every cut (default: 3)',
  ).action(async (path: string, flags: Flags) => prune(path, flags, makeOutput(flags.json === true)));
}

async function prune(path: string, flags: Flags, output: Output): Promise<void> {
  const recipe = await recipeOf(path, flags);
  if (flags.plan) return showPlan(recipe, output);
  if (recipe.data === undefined) return cutAlone(recipe, flags, output);
  // One session at a time on a model, the editor's included. Windows that look for theirs are sent away.
  const held = await holdModel(recipe.model, (socket) => socket.destroy());
  const hooks = sessionHooks(output, flags.json === true && process.stderr.isTTY !== true);
  try {
    const session = await runSession(recipe, {
      sessions: resolve(flags.sessions),
      ...(flags.out !== undefined && { out: resolve(flags.out) }),
      resume: flags.resume === true,
      ...hooks,
    });
    hooks.release();
    const outputs = await outputTests(recipe, session);
    const others = outputs.slice(1);
    // Where all of them decide, the verdict is on all of them.
    const told = recipe.data.output === undefined ? outputs : others;
    const text = [iterationTable(session), [verdict(session), ...told.map(({ words }) => words)].join('\n')];
    output.result(
      {
        ...resultOf(session),
        ...(others.length > 0 && { others: others.map(({ words: _, samples: __, ...figures }) => figures) }),
      },
      `\n${text.join('\n\n')}\n\nModel and report: ${session.out}`,
    );
  } catch (error) {
    if (!(error instanceof SessionStopped)) throw error;
    throw new UserError(`Stopped; everything up to here is saved. Go on with the same command and --resume.`);
  } finally {
    hooks.release();
    held.close();
  }
}

/** How the result does by each output, where there are several: that which decides alone is the first. */
async function outputTests(recipe: Recipe, { out }: SessionRecord): Promise<readonly OutputTest[]> {
  const before = await openModel(recipe.model);
  if (before.graph.outputs.length < 2 || recipe.data === undefined) return [];
  const { data, seed, threads } = recipe;
  const { engine } = await chooseEngine(recipe.engine, before.graph, { threads });
  const metric = recipe.metric === undefined ? {} : { metric: recipe.metric };
  const tested = await testModels(before, await openModel(out), await openData(data, seed, before), engine, {
    seed,
    ...metric,
  });
  return tested.others.length === 0 ? [] : [tested, ...tested.others];
}

/** Without data there is no session: one cut, nothing retrained, nothing tested. */
async function cutAlone(recipe: Recipe, flags: Flags, output: Output): Promise<void> {
  if (recipe.retrain.epochs > 0 || recipe.prune.method === 'maxout' || recipe.prune.method === 'search') {
    throw new UserError(
      'Pruning needs data to measure and retrain on: give --data PATH, or --data digits. Without data a model can be cut by its weights alone: --ratio 0.5 --measure l1 --no-retrain.',
    );
  }
  const { out, before, after, cuts } = await pruneWithoutData(
    recipe,
    flags.out === undefined ? undefined : resolve(flags.out),
  );
  const removed = removedShares(before, after);
  const rows = cuts.map(({ layer, channels, removed: gone }) => [
    layer,
    count(channels),
    count(channels - gone.length),
  ]);
  output.result(
    { out, before, after, removed, cuts },
    `${table(['layer', 'channels', 'left'], rows)}\n\n${percent(removed.parameters)} of the parameters and ${percent(removed.macs)} of the multiply-accumulates removed. Nothing was retrained or tested, as no data was given: how well the model still does is not known.\n\nModel: ${out}`,
  );
}

type Sizes = Record<'parameters' | 'nonZero' | 'macs' | 'bytes', number>;

function removedShares(before: Sizes, after: Sizes): Sizes {
  const removed = (from: number, to: number): number => (from === 0 ? 0 : 1 - to / from);
  return {
    parameters: removed(before.parameters, after.parameters),
    macs: removed(before.macs, after.macs),
    bytes: removed(before.bytes, after.bytes),
    nonZero: removed(before.nonZero, after.nonZero),
  };
}

function resultOf({ out, iterations, chosen, data }: SessionRecord): object {
  const [before, after] = [iterations[0], iterations[chosen]];
  if (before === undefined || after === undefined) throw new Error('a session without iterations');
  const size = ({ parameters, nonZero, macs, bytes }: typeof before): object => ({ parameters, nonZero, macs, bytes });
  return {
    out,
    before: size(before),
    after: size(after),
    removed: removedShares(before, after),
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
