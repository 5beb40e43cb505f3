// neuron-pruner train: makes a model to prune.
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { ARCHITECTURES, architectureOf } from '../architectures/index';
import { onnxruntime } from '../engines/onnxruntime';
import { tensorflow } from '../engines/tensorflow';
import { UserError } from '../errors';
import { checkNewFolder } from '../formats/files';
import type { Model } from '../model/model';
import { costOf } from '../ops/cost';
import { openData } from '../session/data';
import { makeRecipe } from '../session/recipe';
import { trainNew, untrainedModel } from '../session/train-new';
import { optionOf } from './option-names';
import {
  checkedData,
  type DataFlags,
  type EngineFlags,
  retrainOf,
  type TrainingFlags,
  wholeNumber,
  widthShare,
  withAugmentation,
  withData,
  withEngine,
  withTraining,
  withValidation,
} from './options';
import { count, makeOutput, type Output, percent } from './output';
import { trainingDetail } from './session-progress';

export interface TrainFlags extends DataFlags, EngineFlags, TrainingFlags {
  readonly data?: string;
  readonly k?: number;
  readonly width?: number;
  readonly out?: string;
  readonly json?: boolean;
}

/** Epochs of the paper's first training. */
const DEFAULT_EPOCHS = 5;

export function registerTrain(program: Command): void {
  const command = program
    .command('train')
    .description('Trains a new model to prune. With --epochs 0 and no data it is made as it starts.')
    .argument('<architecture>', Object.keys(ARCHITECTURES).join(', '))
    .option('--k <n>', 'neurons a unit of a maxout architecture (default: 4)', wholeNumber)
    .option('--width <share>', "of every layer, as a share of the architecture's own (vgg16)", widthShare)
    .option('--out <folder>', 'new folder for the model (default: named after the architecture)')
    .option('--json', 'print one JSON document and nothing else');
  withEngine(
    withTraining(withAugmentation(withValidation(withData(command, false))), `(default: ${DEFAULT_EPOCHS})`),
  ).action(async (architecture: string, flags: TrainFlags) => {
    const output = makeOutput(flags.json === true);
    const result = await trainArchitecture(architecture, flags, output);
    const { model, accuracy, parameters } = result;
    const tested = accuracy === undefined ? 'not trained' : `test accuracy ${percent(accuracy, 2)}`;
    output.result(result, `${count(parameters)} parameters, ${tested}: ${model}`);
  });
}

export interface TrainResult {
  /** Path of the model.json. */
  readonly model: string;
  readonly parameters: number;
  readonly macs: number;
  /** Absent without data. */
  readonly accuracy?: number;
  readonly testSamples?: number;
}

export async function trainArchitecture(architecture: string, flags: TrainFlags, output: Output): Promise<TrainResult> {
  architectureOf(architecture);
  const out = resolve(flags.out ?? architecture);
  await checkNewFolder(out);
  const size = {
    ...(flags.k !== undefined && { k: flags.k }),
    ...(flags.width !== undefined && { width: flags.width }),
  };
  if (flags.data === undefined && flags.epochs === 0) {
    const model = untrainedModel({ architecture, seed: flags.seed, ...size });
    return { ...figuresOf(model), model: await model.container.write(model, out) };
  }
  const data = await openData(checkedData(flags, 0.1), flags.seed);
  const { retrain } = makeRecipe(
    { model: '-', data: { source: '-' }, retrain: { epochs: DEFAULT_EPOCHS, ...retrainOf(flags) } },
    process.cwd(),
    'The command line',
    optionOf,
  );
  // Every architecture has gradient rules.
  const engine = (flags.engine === 'tensorflow' ? tensorflow : onnxruntime)({ threads: flags.threads });
  let stopping = false;
  const stop = (): void => {
    stopping = true;
  };
  process.once('SIGINT', stop);
  const asked = { architecture, retrain, seed: flags.seed, ...size };
  const made = await trainNew(asked, data, engine, {
    onProgress(progress) {
      const { step, steps, batch } = progress;
      output.progress(`training ${architecture}`, step * batch, steps * batch, trainingDetail(progress));
    },
    stopped: () => stopping,
  });
  process.off('SIGINT', stop);
  output.endProgress();
  if (made === undefined) throw new UserError('Stopped; nothing was written.');
  const { model, accuracy } = made;
  return {
    ...figuresOf(model),
    model: await model.container.write(model, out),
    accuracy,
    testSamples: data.test.count,
  };
}

function figuresOf(model: Model): Pick<TrainResult, 'parameters' | 'macs'> {
  const { parameters, macs } = costOf(model);
  return { parameters, macs };
}
