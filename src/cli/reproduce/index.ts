// neuron-pruner reproduce: experiments that a table in the documentation comes from, each made of the same commands that
// anyone can run by hand.
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { UserError } from '../../errors';
import { checkNewFolder } from '../../formats/files';
import { wholeNumber } from '../options';
import { duration, makeOutput } from '../output';
import type { Experiment } from './experiment';
import { checkStarted, keptCommands } from './kept-commands';
import { lenet } from './lenet';
import { measures } from './measures';
import { smallestLenet } from './smallest-lenet';
import { vgg16Lfw } from './vgg16-lfw';

const EXPERIMENTS: Readonly<Record<string, Experiment>> = {
  lenet,
  measures,
  'smallest-lenet': smallestLenet,
  'vgg16-lfw': vgg16Lfw,
};

interface Flags {
  readonly data: string;
  readonly seeds?: number;
  readonly jobs: number;
  readonly quick?: boolean;
  readonly out?: string;
  readonly resume?: boolean;
  readonly json?: boolean;
}

export function registerReproduce(program: Command): void {
  const list = Object.entries(EXPERIMENTS).map(([name, { description }]) => `${name}: ${description}.`);
  program
    .command('reproduce')
    .description(`Repeats an experiment. ${list.join(' ')}`)
    .argument('<experiment>', Object.keys(EXPERIMENTS).join(', '), (text) => {
      if (!Object.hasOwn(EXPERIMENTS, text)) {
        program.error(`error: there is no experiment "${text}", only ${Object.keys(EXPERIMENTS).join(', ')}`);
      }
      return text;
    })
    .requiredOption(
      '--data <path>',
      [...new Set(Object.entries(EXPERIMENTS).map(([name, { data }]) => `${data} (${name})`))].join('; '),
    )
    .option('--seeds <n>', 'runs, each with a seed of its own (default: what the experiment takes)', wholeNumber)
    .option('--jobs <n>', 'trainings at a time, one thread each', wholeNumber, availableParallelism())
    .option('--quick', 'fewer and shorter trainings, where the experiment has a quick version')
    .option('--out <folder>', 'keep the models and reports in this new folder')
    .option('--resume', 'go on in the folder of --out where the experiment was stopped')
    .option('--json', 'print one JSON document and nothing else')
    .action(async (name: string, flags: Flags) => reproduce(name, EXPERIMENTS[name] as Experiment, flags));
}

async function reproduce(name: string, experiment: Experiment, flags: Flags): Promise<void> {
  const { data, jobs, quick = false, out } = flags;
  const output = makeOutput(flags.json === true);
  const started = performance.now();
  const work = out === undefined ? await mkdtemp(join(tmpdir(), 'neuron-pruner-')) : resolve(out);
  if (flags.resume && out === undefined)
    throw new UserError('--resume needs --out: the folder the experiment was begun in.');
  if (flags.resume) await checkStarted(work, name);
  else if (out !== undefined) await checkNewFolder(work);
  try {
    const seeds = Array.from({ length: Math.max(1, flags.seeds ?? experiment.seeds) }, (_, i) => i + 1);
    const runCommand = await keptCommands(work, name);
    const setting = { data: resolve(data), seeds, jobs, work, quick, output, runCommand };
    const { json, text } = await experiment.run(setting);
    const seconds = (performance.now() - started) / 1000;
    const kept = out === undefined ? '' : `\nModels and reports: ${work}`;
    const took = flags.resume ? `${duration(seconds)} since it was resumed` : duration(seconds);
    output.result({ experiment: name, seconds, ...json }, `${text(took)}${kept}`);
  } finally {
    if (out === undefined) await rm(work, { recursive: true, force: true });
  }
}
