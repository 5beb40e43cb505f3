// neuron-pruner bench: how fast a model runs here, alone or against another.
import { availableParallelism } from 'node:os';
import type { Command } from 'commander';
import { asInFile } from '../engines/engine';
import { UserError } from '../errors';
import { type Latency, speedUp } from '../evaluation/latency';
import type { Model } from '../model/model';
import { milliseconds, speedWords } from '../report/speed';
import { benchModels } from '../session/bench';
import { chooseEngine } from '../training/choose-engine';
import { openWithWarnings } from './open';
import { checkedData, type DataFlags, type EngineFlags, wholeNumber, withData, withEngine } from './options';
import { count, makeOutput, type Output, table } from './output';

interface Flags extends DataFlags, EngineFlags {
  readonly against?: string;
  readonly rounds: number;
  readonly batch: number;
  readonly json?: boolean;
}

/** As of a training's batch; more would not fit in memory. */
const MOST_BATCH = 65_536;
const MOST_ROUNDS = 100_000;

export function registerBench(program: Command): void {
  const command = program
    .command('bench')
    .description(
      'Measures the latency of one sample and the throughput of many; with --against, both models in turn, and whether the first is really faster.',
    )
    .argument('<model>', 'a model: .keras, .h5, .onnx, a TF.js model.json, or the folder it is in')
    .option('--against <model>', 'the model to compare with: the one it was pruned from')
    .option('--rounds <n>', 'in which the models take turns', wholeNumber, 30)
    .option('--batch <n>', 'samples at a time, for the throughput', wholeNumber, 64)
    .option('--json', 'print one JSON document and nothing else');
  withEngine(withData(command, false)).action(async (model: string, flags: Flags) =>
    bench(model, flags, makeOutput(flags.json === true)),
  );
}

async function bench(path: string, flags: Flags, output: Output): Promise<void> {
  for (const [name, most] of [
    ['rounds', MOST_ROUNDS],
    ['batch', MOST_BATCH],
  ] as const) {
    if (flags[name] >= 1 && flags[name] <= most) continue;
    throw new UserError(`--${name} is from 1 to ${count(most)}, not ${count(flags[name])}.`);
  }
  const paths = flags.against === undefined ? [path] : [flags.against, path];
  const models: Model[] = [];
  for (const own of paths) models.push((await openWithWarnings(own, output)).model);
  const [first] = models;
  if (first === undefined) throw new Error('no model');
  const use = { threads: flags.threads };
  const { engine } = await chooseEngine(flags.engine ?? 'auto', first.graph, use);
  const options = {
    rounds: flags.rounds,
    batch: flags.batch,
    seed: flags.seed,
    ...(flags.data !== undefined && { data: checkedData(flags, 0) }),
    onRound: (done: number, of: number) => output.progress('measuring', done, of, 'rounds'),
  };
  const results = await asInFile(() => benchModels(engine, models, options));
  output.endProgress();
  const [before, after] = results;
  const comparison = before && after && speedUp(before, after);
  const { threads } = flags;
  output.result(
    {
      engine: engine.name,
      threads: threads || availableParallelism(),
      rounds: flags.rounds,
      batch: flags.batch,
      models: results.map(({ rounds: _, ...figures }, i) => ({ model: paths[i], ...figures })),
      ...(comparison && { speedUp: comparison }),
    },
    [
      table(
        ['', 'latency, median', '95 %', `at a time: ${flags.batch}`],
        results.map((result, i) => row(paths[i] ?? '', result)),
      ),
      ...(comparison ? ['', `${paths[1]} against ${paths[0]}: ${speedWords(comparison)}`] : []),
      '',
      `${engine.name}, ${threads === 0 ? 'a thread for each core' : `${threads} thread${threads === 1 ? '' : 's'}`}, ${flags.rounds} rounds.`,
    ].join('\n'),
  );
}

function row(path: string, { median, p95, throughput }: Latency): string[] {
  return [path, milliseconds(median), milliseconds(p95), `${count(Math.round(throughput))} a second`];
}
