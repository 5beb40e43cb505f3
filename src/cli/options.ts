// Options that several commands share, and how texts become numbers.
import { type Command, InvalidArgumentError, Option } from 'commander';
import { UserError } from '../errors';
import { METRICS } from '../evaluation/metrics/index';
import { MEASURES } from '../pruning/relevance/index';
import { makeRecipe, type RecipeData } from '../session/recipe';
import { ENGINE_NAMES, type EngineName } from '../training/choose-engine';
import { optionOf } from './option-names';

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

export function widthShare(text: string): number {
  const share = realNumber(text);
  if (share <= 0 || share > 1) throw new InvalidArgumentError('Not a share above 0, up to 1.');
  return share;
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
  readonly mean?: number | number[];
  readonly deviation?: number | number[];
  readonly test?: number;
  readonly inputs?: string[];
  readonly target?: string[];
  readonly output?: string;
  readonly classes?: number | string[];
  readonly header?: boolean;
  readonly size?: [height: number, width: number];
  readonly colour?: 'grey' | 'rgb';
  readonly palette?: string | string[];
  readonly sequence?: number;
  readonly padding?: 'before' | 'after';
  readonly faces?: number;
  readonly flip?: boolean;
  readonly shift?: number;
}

export function withData(command: Command, required: boolean): Command {
  const data = new Option(
    '--data <path>',
    'data: IDX (MNIST), .npz or .npy, a folder of pictures for each class, CSV, JSON lines, Parquet; or "digits", built in',
  );
  if (required) data.makeOptionMandatory();
  return command
    .addOption(data)
    .option('--scale <factor>', 'factor on stored values (default: 1/255 for pixels, 1 for numbers)', realNumber)
    .option('--mean <value>', 'subtracted after scaling, one or one for each channel (default: 0)', numbers)
    .option('--deviation <value>', 'divided by in the end, one or one for each channel (default: 1)', numbers)
    .option('--test <share>', 'share for testing, where the data has no test part (default: a sixth)', realNumber)
    .option('--inputs <columns>', 'columns that are fed, separated by commas (default: all but the target)', names)
    .option('--target <columns>', 'the target; several columns are one target of several numbers', names)
    .option('--output <name>', 'that alone decides, of several that have targets (default: all of them)')
    .option('--classes <n or names>', "how many there are, or their names in the order of the model's outputs", classes)
    .option('--header', 'the first line of the CSV names the columns (default: by looking at it)')
    .option('--no-header', 'it does not')
    .option('--size <width>x<height>', 'bring pictures to this size', pictureSize)
    .addOption(new Option('--colour <kind>', 'bring pictures to this').choices(['grey', 'rgb']))
    .option(
      '--palette <colours>',
      "masks: a colour for each class in the order of the model's outputs, #000000,#800000,ignore=#e0e0c0; or voc, cityscapes",
      palette,
    )
    .option('--sequence <length>', 'bring lists of different lengths to this one', wholeNumber)
    .addOption(
      new Option('--padding <side>', 'where zeros are put for that, and lists are cut (default: before)').choices([
        'before',
        'after',
      ]),
    )
    .option('--faces <n>', 'of LFW: pictures that a person must have to be a class (default: 2)', wholeNumber);
}

/** For what runs on the training samples. */
export function withValidation(command: Command): Command {
  return command.option(
    '--validation <share>',
    'share of the training samples set aside for decisions (default: 0.1)',
    realNumber,
  );
}

/** For what trains. */
export function withAugmentation(command: Command): Command {
  return command
    .option('--flip', 'training: mirror every other picture')
    .option('--shift <pixels>', 'training: shift pictures by up to so much', wholeNumber);
}

/** The data flags as the "data" part of a recipe; what was not given is left to its defaults. */
export function dataOf(flags: DataFlags): Record<string, unknown> {
  const { data, validation, scale, mean, deviation, test, inputs, target, output, classes, header, size, colour } =
    flags;
  const { palette } = flags;
  const image = given({ size, colour });
  const augment = given({ flip: flags.flip, shift: flags.shift });
  const targets = target && (target.length === 1 ? target : [{ from: target }]);
  return given({
    source: data,
    ...{ validation, scale, mean, deviation, test, inputs, targets, output, classes, header },
    image: Object.keys(image).length > 0 ? image : undefined,
    palette,
    sequence: sequenceOf(flags),
    faces: flags.faces === undefined ? undefined : { least: flags.faces },
    augment: Object.keys(augment).length > 0 ? augment : undefined,
  });
}

function sequenceOf({ sequence, padding }: DataFlags): object | undefined {
  if (sequence === undefined && padding !== undefined)
    throw new UserError('--padding goes with --sequence: say what length lists are brought to.');
  return sequence === undefined ? undefined : given({ length: sequence, padding });
}

/** The same checked, with its defaults and an absolute path; `share` is that of validation where none is given. */
export function checkedData(flags: DataFlags, share: number): RecipeData {
  const fields = { ...dataOf(flags), validation: flags.validation ?? share };
  const { data } = makeRecipe({ model: '-', data: fields }, process.cwd(), 'The command line', optionOf);
  if (data === undefined) throw new UserError('Give data: --data PATH, or --data digits.');
  return data;
}

/** "0.5" or "0.485,0.456,0.406". */
function numbers(text: string): number | number[] {
  const list = names(text).map(realNumber);
  return list.length === 1 ? (list[0] as number) : list;
}

/** "10", or "cat,dog" */
function classes(text: string): number | string[] {
  return /^\d+$/.test(text.trim()) ? wholeNumber(text) : names(text);
}

/** "#000000,#800000", or the name of one */
function palette(text: string): string | string[] {
  return text.includes('#') ? names(text) : text.trim();
}

/** "64x48": width and height; "64" is a square. */
function pictureSize(text: string): [height: number, width: number] {
  const [, width, height] = /^([1-9]\d*)(?:[x×]([1-9]\d*))?$/.exec(text) ?? [];
  if (width === undefined) throw new InvalidArgumentError('Not a size like 64x48.');
  return [Number(height ?? width), Number(width)];
}

export interface TrainingFlags {
  readonly epochs?: number;
  readonly batch?: number;
  readonly optimizer?: string;
  readonly learningRate?: number;
  readonly momentum?: number;
  readonly weightDecay?: number;
  readonly schedule?: string;
  readonly loss?: string;
}

export function withTraining(command: Command, epochs: string): Command {
  return command
    .option('--epochs <n>', epochs, wholeNumber)
    .option('--batch <n>', 'samples a step (default: 64)', wholeNumber)
    .option(
      '--optimizer <name>',
      'sgd, adam or adamw (default: what the model was compiled with, else sgd with maxout, adam without)',
    )
    .option(
      '--learning-rate <rate>',
      'at the first step (default: what the model was compiled with, up to 0.01 of sgd, 0.001 of the others)',
      realNumber,
    )
    .option('--momentum <share>', 'of SGD (default: what the model was compiled with, else 0.9)', realNumber)
    .option(
      '--weight-decay <factor>',
      '(default: what the model was compiled with, else 0.0005 of sgd, 0 of adam, 0.01 of adamw)',
      realNumber,
    )
    .option(
      '--schedule <name>',
      "constant, step, cosine or inv (default: inv, the paper's, of sgd as it is here; else cosine)",
    )
    .option('--loss <name>', 'softmax-cross-entropy, binary-cross-entropy, mse, mae or huber (default: by the data)');
}

/** The training flags as the "retrain" part of a recipe; what was not given is left to its defaults. */
export function retrainOf(flags: TrainingFlags): Record<string, unknown> {
  const { epochs, batch, optimizer, learningRate, momentum, weightDecay, schedule, loss } = flags;
  return given({ epochs, batch, optimizer, learningRate, momentum, weightDecay, schedule, loss });
}

/** Without the fields that are undefined. */
export function given(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

export const measureOption = (): Option =>
  new Option('--measure <name>', 'how channels are scored').choices([...MEASURES.keys()]).default('maxout');

export const metricOption = (): Option =>
  new Option('--metric <name>', 'what is judged by (default: by the data and the loss)').choices([...METRICS.keys()]);

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
