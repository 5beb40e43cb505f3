// Fits a target to one of a model's outputs: classes to scores, numbers to numbers.
import { UserError } from '../errors';
import { sizeOf } from './column';
import type { ClassTarget, Split, Target, ValueTarget } from './dataset';
import { type FitOptions, isNamed, type ModelInterface, type ModelOutput } from './fit';
import { readLabels } from './labels';
import { channelsFirst, layoutFor, words } from './layout';
import { positions } from './other-reading';

/** The target with the output it is for. Throws UserError where it can't be what that output says. */
export function fitTarget(
  target: Target,
  split: Pick<Split, 'count' | 'targets'>,
  data: string,
  model: ModelInterface,
  options: FitOptions,
): Target {
  const index = outputOf(target, split, model);
  const output = model.outputs[index];
  if (output === undefined) {
    throw new UserError(
      `${data}: the target "${target.name}" has no output of the model to go with. The model's outputs: ` +
        `${model.outputs.map(({ name }) => name).join(', ')}. Choose fewer targets, or name their outputs.`,
    );
  }
  if (!output.type.includes('float')) {
    throw new UserError(
      `${data}: the model's output "${output.name}", which the target "${target.name}" is for, holds ${output.type === 'bool' ? 'yes and no' : 'whole numbers'} (${output.type}), no scores: ` +
        `nothing can be tested or learnt by it. ${otherOutputs(model)}`,
    );
  }
  if (target.kind === 'classes') {
    if (target.numeric && meansValues(target, output, options)) {
      return fitValues(valuesOf(target), index, output, data);
    }
    const note = isLogit(target, output, options) ? { note: logitNote(target) } : {};
    return fitClasses({ ...target, ...note }, index, output, data);
  }
  const meant = otherwise(target, output, options);
  return meant.kind === 'classes' ? fitClasses(meant, index, output, data) : fitValues(meant, index, output, data);
}

/** What the numbers are meant for: what they look like, unless the output can only say something else of them. */
function otherwise(target: ValueTarget, output: ModelOutput, { numbersAs, compiledFor }: FitOptions): Target {
  const { other } = target;
  if (other === undefined || numbersAs === 'values') return target;
  const fits = layoutFor(target.shape, output.shape) !== undefined;
  const width = output.shape.at(-1) ?? 1;
  switch (other.as) {
    case 'answers':
      if (fits) return isProbability(output) || numbersAs === 'classes' ? { ...target, kind: 'binary' } : target;
      return canSay(target.shape, output) ? other.classes() : target;
    case 'labels':
      return !fits && canSay(target.shape, output) ? other.classes() : target;
    case 'one-hot':
      return fits && width > 1 && !isProbability(output) && compiledFor !== 'values' ? other.classes() : target;
    case 'shares':
      return fits && width > 1 && SHARES.has(output.operator) && compiledFor !== 'values' ? other.classes() : target;
  }
}

/** Operators whose results are shares of the classes, or their logarithms. */
const SHARES: ReadonlySet<string> = new Set(['Softmax', 'LogSoftmax']);

function isProbability({ operator }: ModelOutput): boolean {
  return operator === 'Sigmoid' || operator === 'HardSigmoid';
}

/** Whether an output has scores of classes at each of the positions. */
function canSay(shape: readonly number[], output: ModelOutput): boolean {
  return (classesOf({ shape: positions(shape) }, output) ?? 1) > 1;
}

function otherOutputs({ outputs }: ModelInterface): string {
  const scores = outputs.filter(({ type }) => type.includes('float')).map(({ name }) => name);
  return scores.length === 0
    ? 'Export the model so that it gives its scores.'
    : `Name one that holds scores (${listed(scores)}) in the recipe: "targets": [{ "from": "column", "to": "${scores[0]}" }].`;
}

/** By its name where all targets have one of the model's, else by order. */
function outputOf({ name, output }: Target, { targets }: Pick<Split, 'targets'>, model: ModelInterface): number {
  const named = targets.every((target) => model.outputs.some((candidate) => isNamed(candidate, target.name)));
  return named ? model.outputs.findIndex((candidate) => isNamed(candidate, name)) : output;
}

/**
 * Whole numbers are values for an output of one number, unless a Sigmoid squeezes it to a probability, or they are zeros
 * and ones, whose logit it is.
 */
function meansValues(target: ClassTarget, output: ModelOutput, options: FitOptions): boolean {
  const { numbersAs } = options;
  if (numbersAs !== undefined) return numbersAs === 'values';
  if (!isSingle(output)) return false;
  return !(isProbability(output) && target.classes <= 2) && !isLogit(target, output, options);
}

function isSingle({ shape }: ModelOutput): boolean {
  return shape.length === 0 || shape.at(-1) === 1;
}

/** Whether a single number is taken for the logit of class 1, although nobody says so. */
function isLogit(
  { numeric, classes }: ClassTarget,
  output: ModelOutput,
  { numbersAs, compiledFor }: FitOptions,
): boolean {
  const told = numbersAs !== undefined || compiledFor === 'values';
  return !told && numeric && classes === 2 && isSingle(output) && !isProbability(output);
}

function logitNote({ name }: ClassTarget): string {
  return `"${name}" holds zeros and ones: the model's output is taken for the logit of a one (--loss mse takes them for numbers)`;
}

function valuesOf(target: ClassTarget): ValueTarget {
  const { name, output, shape } = target;
  return {
    kind: 'values',
    name,
    output,
    shape,
    read: async (indices, out, draw) => out.set(readLabels(target, indices, draw)),
  };
}

function fitClasses(target: ClassTarget, index: number, output: ModelOutput, data: string): ClassTarget {
  const width = classesOf(target, output);
  if (width === undefined) {
    throw new UserError(
      `${data}: "${target.name}" has ${target.shape.length === 0 ? 'one label a sample' : `labels ${words(target.shape)}`}, ` +
        `the model's output is ${words(output.shape)}. Choose the data the model was made for, or a model for this data.`,
    );
  }
  const most = scoredBy(width);
  const known = target.classes > most ? ignoring(target) : undefined;
  if (known !== undefined) return fitClasses(known, index, output, data);
  if (target.classes === most + 1 && (target.lowest ?? 0) > 0) return fitClasses(fromZero(target), index, output, data);
  if (target.classes > most) {
    throw new UserError(
      `${data}: labels go up to ${target.classes - 1}, the model has ${width} outputs (labels 0 to ${most - 1}). ` +
        'Choose data with fewer classes, or a model with an output for each.',
    );
  }
  if (target.classNames !== undefined && target.classes < most) {
    throw new UserError(
      `${data}: there are ${target.classes} classes (${listed(target.classNames)}), the model has ${width} outputs. ` +
        `Named classes are numbered in their order, so that all of them must be there: name all ${most} in the order of the model's outputs, --classes a,b,c (data.classes in a recipe), or choose the data the model was made for.`,
    );
  }
  return { ...target, output: index };
}

/** Stands in masks where nothing is known, as PASCAL VOC and Cityscapes have it. */
const UNKNOWN = 255;

/** Labels at positions, of which the largest is no class; undefined where it may well be one. */
function ignoring(target: ClassTarget): ClassTarget | undefined {
  if (target.shape.length === 0 || target.classes !== UNKNOWN + 1 || target.ignored !== undefined) return undefined;
  let most = 0;
  for (const label of target.labels) if (label > most && label !== UNKNOWN) most = label;
  return {
    ...target,
    classes: most + 1,
    ignored: UNKNOWN,
    note: `"${target.name}" holds ${UNKNOWN} besides labels up to ${most}: nothing is known there, so that it is neither learnt nor tested`,
  };
}

/** Labels that someone counted from 1. */
function fromZero(target: ClassTarget): ClassTarget {
  const classes = target.classes - 1;
  return {
    ...target,
    classes,
    lowest: (target.lowest ?? 0) - 1,
    labels: target.labels.map((label) => (label === target.ignored ? label : label - 1)),
    note: `the labels of "${target.name}" are 1 to ${classes}, the model has ${classes} outputs: 1 is taken for the first of them`,
  };
}

/**
 * Throws UserError where an output tells more classes apart than any of the splits has labels for: then the model was made
 * for other data, unless someone says that these are only some of its classes. Where labels lie at positions (words,
 * pixels) it is usual that some never occur.
 */
export function checkAllClasses(splits: readonly (readonly Target[])[], model: ModelInterface, data: string): void {
  for (const [i, target] of splits[0]?.entries() ?? []) {
    if (target.kind !== 'classes' || target.shape.length > 0) continue;
    const output = model.outputs[target.output];
    const width = output && classesOf(target, output);
    const known = Math.max(...splits.map((targets) => (targets[i] as ClassTarget).classes));
    if (width === undefined || known >= scoredBy(width)) continue;
    throw new UserError(
      `${data}: the labels are ${known === 1 ? 'all 0' : `0 to ${known - 1}`}, the model tells ${scoredBy(width)} classes apart. ` +
        `Choose the data the model was made for; if these are only some of its classes, say so: --classes ${scoredBy(width)}, or data.classes in the recipe.`,
    );
  }
}

/** A single score tells two classes apart. */
function scoredBy(width: number): number {
  return width === 1 ? 2 : width;
}

/** Of many names the first few. */
function listed(names: readonly string[]): string {
  return names.length <= 6 ? names.join(', ') : `${names.slice(0, 5).join(', ')}, …`;
}

/** Scores a label; undefined where there is no score for each class at each position that has a label. */
function classesOf({ shape }: Pick<ClassTarget, 'shape'>, output: ModelOutput): number | undefined {
  const last = output.shape.at(-1) ?? 1;
  if (layoutFor(shape, output.shape.slice(0, -1))) return last;
  const [first] = output.shape;
  return first != null && shape.length > 0 && layoutFor(shape, output.shape.slice(1)) ? first : undefined;
}

function fitValues(target: ValueTarget, index: number, output: ModelOutput, data: string): ValueTarget {
  const layout = layoutFor(target.shape, output.shape);
  if (layout === undefined) {
    throw new UserError(
      `${data}: the target "${target.name}" is ${words(target.shape)}, the model's output is ${words(output.shape)}. ` +
        'Choose the target that the model was made for, or a model for this one.',
    );
  }
  const fitted = { ...target, output: index, shape: layout.shape };
  if (!layout.channelsFirst) return fitted;
  return {
    ...fitted,
    async read(indices, out, draw) {
      const stored = new Float32Array(indices.length * sizeOf(target.shape));
      await target.read(indices, stored, draw);
      channelsFirst(stored, target.shape, out);
    },
  };
}
