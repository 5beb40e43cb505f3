// neuron-pruner demo: the main job on the built-in digits, from nothing to a small model and its report.
import { rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Command } from 'commander';
import { UserError } from '../errors';
import { iterationTable } from '../report/terminal';
import { verdict } from '../report/verdict';
import { BUILT_IN_DATA, makeRecipe } from '../session/recipe';
import { runSession, SessionStopped } from '../session/session';
import { wholeNumber } from './options';
import { duration, makeOutput, type Output, percent } from './output';
import { sessionHooks } from './session-progress';
import { trainArchitecture } from './train';

interface Flags {
  readonly out: string;
  readonly seed: number;
}

/** Share of the neuron-pruned network's weights that stays: with the neurons, 92 % of LeNet-5's parameters are gone. */
const KEEP_WEIGHTS = 0.42;

export function registerDemo(program: Command): void {
  program
    .command('demo')
    .description('Trains the maxout LeNet-5 on built-in digits, prunes its neurons, then its weights. Needs nothing.')
    .option('--out <folder>', 'where the models and the report go', 'demo')
    .option('--seed <n>', 'fixes every random choice', wholeNumber, 1)
    .action(async (flags: Flags) => demo(flags, makeOutput(false)));
}

async function demo({ out, seed }: Flags, output: Output): Promise<void> {
  const started = performance.now();
  const folder = resolve(out);
  const [trainedFolder, prunedFolder] = [join(folder, 'lenet5-maxout'), join(folder, 'pruned')];
  const sessions = join(folder, '.neuron-pruner');
  // The demo's own results of last time, and nothing else.
  for (const old of [trainedFolder, prunedFolder, sessions]) await rm(old, { recursive: true, force: true });
  output.note('1. Training LeNet-5 with maxout (4 neurons a unit) on the built-in digits …');
  const flags = { data: BUILT_IN_DATA, out: trainedFolder, seed, threads: 0 };
  const { model, accuracy } = await trainArchitecture('lenet5-maxout', flags, output);
  if (accuracy !== undefined) output.note(`   test accuracy ${percent(accuracy, 2)}`);
  output.note('2. Pruning: the least relevant neuron of every unit, three times, then weights …');
  const recipe = makeRecipe(
    { model, data: { source: BUILT_IN_DATA }, weights: { keep: KEEP_WEIGHTS }, seed },
    folder,
    'The demo',
  );
  const hooks = sessionHooks(output);
  try {
    const session = await runSession(recipe, {
      sessions,
      out: prunedFolder,
      title: 'LeNet-5 with maxout on the built-in digits',
      ...hooks,
    });
    hooks.release();
    const report = pathToFileURL(join(prunedFolder, 'report.html')).href;
    output.result(
      session,
      [
        '',
        iterationTable(session),
        '',
        verdict(session),
        '',
        `Model:  ${join(prunedFolder, 'model.json')} (opens with tf.loadLayersModel)`,
        `Report: ${report}`,
        `Took ${duration((performance.now() - started) / 1000)}.`,
      ].join('\n'),
    );
  } catch (error) {
    hooks.release();
    if (!(error instanceof SessionStopped)) throw error;
    throw new UserError('Stopped. Run the demo again to start over.');
  }
}
