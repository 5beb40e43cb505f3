// Options that several commands share, and how texts become numbers.
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Normalization } from '../data/dataset';
import { MEASURES } from '../pruning/relevance/index';
import { ENGINE_NAMES, type EngineName } from '../training/choose-engine';

export function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0) throw new InvalidArgumentError('Not a whole number from 0.');
  return value;
}

export function realNumber(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) throw new InvalidArgumentError('Not a number.');
  return value;
}

/** "dense,conv2": layer names. */
export function names(text: string): string[] {
  const list = text
    .split(',')
    .map((name) => name.trim())
    .filter(Boolean);
  if (list.length === 0) throw new InvalidArgumentError('No name in it.');
  return list;
}

export interface DataFlags {
  readonly data?: string;
  readonly validation?: number;
  readonly scale?: number;
  readonly mean?: number;
  readonly deviation?: number;
}

export function withData(command: Command, required: boolean): Command {
  const data = new Option(
    '--data <path>',
    'data set: a folder or file of IDX data (MNIST), or "digits", the built-in set',
  );
  if (required) data.makeOptionMandatory();
  return command
    .addOption(data)
    .option('--validation <share>', 'share of the training samples set aside for decisions (default: 0.1)', realNumber)
    .option('--scale <factor>', 'factor on stored values (default: 1/255)', realNumber)
    .option('--mean <value>', 'subtracted after scaling (default: 0)', realNumber)
    .option('--deviation <value>', 'divided by in the end (default: 1)', realNumber);
}

export function normalizationOf({ scale, mean, deviation }: DataFlags): Normalization {
  return given({ scale, mean, deviation });
}

export interface TrainingFlags {
  readonly epochs?: number;
  readonly batch?: number;
  readonly optimizer?: string;
  readonly learningRate?: number;
  readonly momentum?: number;
  readonly weightDecay?: number;
  readonly schedule?: string;
}

export function withTraining(command: Command, epochs: string): Command {
  return command
    .option('--epochs <n>', epochs, wholeNumber)
    .option('--batch <n>', 'samples a step (default: 64)', wholeNumber)
    .option('--optimizer <name>', 'sgd, adam or adamw (default: sgd)')
    .option('--learning-rate <rate>', 'at the first step (default: 0.01)', realNumber)
    .option('--momentum <share>', 'of SGD (default: 0.9)', realNumber)
    .option('--weight-decay <factor>', '(default: 0.0005)', realNumber)
    .option('--schedule <name>', "constant, step, cosine or inv (default: inv, the paper's)");
}

/** The training flags as the "retrain" part of a recipe; what was not given is left to its defaults. */
export function retrainOf(flags: TrainingFlags): Record<string, unknown> {
  const { epochs, batch, optimizer, learningRate, momentum, weightDecay, schedule } = flags;
  return given({ epochs, batch, optimizer, learningRate, momentum, weightDecay, schedule });
}

/** Without the fields that are undefined. */
export function given(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

export const measureOption = (): Option =>
  new Option('--measure <name>', 'how channels are scored').choices([...MEASURES.keys()]).default('maxout');

export const engineOption = (): Option =>
  new Option('--engine <name>', 'what runs and trains the model; auto: the fastest that can (default: auto)').choices(
    ENGINE_NAMES,
  );

export interface EngineFlags {
  readonly engine?: EngineName;
  readonly threads: number;
  readonly seed: number;
}

export function withEngine(command: Command): Command {
  return command
    .addOption(engineOption())
    .option(
      '--threads <n>',
      'threads of the engine; 0: one for each physical core. With 1 results repeat bit for bit',
      wholeNumber,
      0,
    )
    .option('--seed <n>', 'fixes every random choice', wholeNumber, 1);
}
