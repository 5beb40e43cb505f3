// Fits a data set to a model: which of its columns go into which input and how, which output each target is for. What
// does not fit is refused in one sentence before anything runs.
import { UserError } from '../errors';
import { type Dimension, fixedBatch, type Graph, producer, type Shape } from '../model/graph';
import { lastActivation } from '../model/last-activation';
import type { ElementType } from '../model/tensor';
import { sizeOf } from './column';
import type { Dataset, PairSplit, SampleInput, Split, Target } from './dataset';
import { checkAllClasses, fitTarget } from './fit-target';
import { givesBack, ownInput } from './given-back';
import { isImage } from './images/transform';
import { channelsFirst, type Layout, layoutFor, words } from './layout';
import type { ModelPicture, Ports } from './options';

/** A length that any will do for is null. */
export type OpenShape = readonly (number | null)[];

export interface ModelInput extends Named {
  readonly type: ElementType;
  /** Without the batch. */
  readonly shape: OpenShape;
}

export interface ModelOutput extends Named {
  readonly type: ElementType;
  /** Without the batch. */
  readonly shape: OpenShape;
  /** The operator that makes its values: Softmax, Sigmoid. */
  readonly operator: string;
}

interface Named {
  /** As a person knows it: the layer's name where the value has one of ours. */
  readonly name: string;
  /** The value's own name, where that is another. */
  readonly value?: string;
}

/** Whether a recipe or a column means this input or output. */
export function isNamed(port: Named, name: string): boolean {
  return port.name === name || port.value === name;
}

/** What data has to fit. */
export interface ModelInterface {
  readonly inputs: readonly ModelInput[];
  readonly outputs: readonly ModelOutput[];
}

export interface FitOptions {
  /** What whole numbers that could be both are taken for. Default: what the model's output says. */
  readonly numbersAs?: 'classes' | 'values';
  /** What the loss that the model was compiled with is of; what whole numbers are it does not decide where others do. */
  readonly compiledFor?: 'values';
}

export function interfaceOf(graph: Graph): ModelInterface {
  checkBatch(graph);
  const open = (shape: Shape): OpenShape => shape.slice(1).map(lengthOf);
  return {
    inputs: graph.inputs.map(({ name, type, shape }) => ({ ...named(name, undefined), type, shape: open(shape) })),
    outputs: graph.outputs.map(({ name, type, shape }) => {
      const layer = producer(graph, name)?.layer;
      return {
        ...named(name, layer),
        type,
        shape: open(shape),
        operator: lastActivation(graph, name)?.node.type ?? '',
      };
    }),
  };
}

/** The names of the inputs and outputs. */
export function portsOf(graph: Graph): Ports {
  const pictures = graph.inputs.flatMap(({ shape }) => pictureOf(shape.slice(1).map(lengthOf)) ?? []);
  const names = (name: string, layer?: string): string[] => {
    const { name: own, value } = named(name, layer);
    return value === undefined ? [own] : [own, value];
  };
  return {
    inputs: graph.inputs.map(({ name }) => names(name)),
    sizes: graph.inputs.map(({ shape }) => {
      const size = shape.slice(1).reduce((product: number, length) => product * Number(length), 1);
      return Number.isFinite(size) ? size : undefined;
    }),
    outputs: graph.outputs.map(({ name }) => names(name, producer(graph, name)?.layer)),
    ...(pictures.length === 1 && { picture: pictures[0] }),
  };
}

const lengthOf = (size: Dimension): number | null => (typeof size === 'number' ? size : null);

/** Throws UserError where an input or output does not have the model's batch as its first axis. */
function checkBatch(graph: Graph): void {
  const single = graph.inputs.find(({ shape }) => shape.length === 0);
  if (single !== undefined || graph.inputs.length === 0) {
    const which =
      single === undefined ? 'The model has no input' : `The input "${single.name}" of the model is a single number`;
    throw new UserError(
      `${which}: samples must lie along the first axis of each to be measured, tested or trained on. Export the model so (batch first); without data it can be cut as it is.`,
    );
  }
  const batch = fixedBatch(graph);
  if (batch === undefined) return;
  for (const { name, shape } of [...graph.inputs, ...graph.outputs]) {
    const [first] = shape;
    if (typeof first !== 'number' || first === batch) continue;
    throw new UserError(
      `"${name}" of the model is ${shape.join('×')}, its first input has ${batch} as its first axis: samples must lie along the first axis of each to be measured, tested or trained on. Export the model so (batch first); without data it can be cut as it is.`,
    );
  }
}

/** A Keras model's values are named by us, "left:input" and "price/Add_3": people know them as the layers left and price. */
function named(value: string, layer: string | undefined): Named {
  const input = value.endsWith(':input') ? value.slice(0, -':input'.length) : undefined;
  const name = input ?? (layer && value.startsWith(`${layer}/`) ? layer : value);
  return name === value ? { name } : { name, value };
}

/**
 * The data set as the model is fed with it: its inputs in the model's order and layout, its targets with their outputs.
 * Throws UserError where samples have another shape than the inputs, targets another than the outputs, or a split is empty.
 */
export function fitDataset(dataset: Dataset, model: ModelInterface, options: FitOptions = {}): Dataset {
  const { name } = dataset;
  for (const part of ['train', 'test'] as const) {
    if (dataset[part].count === 0) {
      throw new UserError(`${name}: there are no ${part} samples. Add samples, or take a smaller validation share.`);
    }
  }
  const order = inputOrder(dataset, model);
  const layouts = model.inputs.map((input, i) => {
    const sample = dataset.inputs[order[i] ?? 0] as SampleInput;
    const layout = layoutFor(sample.shape, input.shape);
    if (layout === undefined) {
      const whose = model.inputs.length > 1 ? `input "${input.name}"` : 'input';
      const what = model.inputs.length > 1 ? `"${sample.name}"` : 'a sample';
      throw new UserError(
        `${name}: ${what} is ${words(sample.shape)}, the model's ${whose} is ${words(input.shape)}. ` +
          `${pictureChange(sample.shape, input.shape) ?? 'Choose'} the data the model was made for, or a model for this data.`,
      );
    }
    return layout;
  });
  const notes = layouts.flatMap((layout, i) => {
    const { shape = [] } = dataset.inputs[order[i] ?? 0] ?? {};
    return layout.channelsFirst ? [`images are fed channels first, ${words(layout.shape)} for ${words(shape)}`] : [];
  });
  const left = dataset.inputs.filter((_, i) => !order.includes(i));
  if (left.length > 0) {
    notes.push(`not fed, as the model has no input for it: ${left.map((input) => `"${input.name}"`).join(', ')}`);
  }
  const fit = (split: Split): Split => fitSplit(split, dataset, model, order, layouts, options);
  const [train, validation, test] = [fit(dataset.train), fit(dataset.validation), fit(dataset.test)];
  checkAllClasses(
    [train, validation, test].map(({ targets }) => targets),
    model,
    name,
  );
  for (const { note } of train.targets) if (note !== undefined) notes.push(note);
  const fitPairs = (pairs: PairSplit): PairSplit => ({ ...pairs, images: fit(pairs.images) });
  const pairs = dataset.pairs && {
    validation: fitPairs(dataset.pairs.validation),
    test: fitPairs(dataset.pairs.test),
  };
  const [judged, ...others] = train.targets;
  if (judged !== undefined && others.length > 0) {
    const list = others.map((target) => `"${target.name}"`).join(', ');
    const named = model.outputs[judged.output]?.name;
    notes.push(
      dataset.output === undefined
        ? `the model is judged by "${judged.name}" and ${list}: what does significant harm to one of them is refused (--output ${named} judges by one alone; data.output in a recipe)`
        : `the model is judged by "${judged.name}" alone; it is trained on ${list} too, which decides nothing (leave --output out, data.output in a recipe, to decide by all)`,
    );
  }
  const unused = model.outputs.filter((_, i) => !train.targets.some(({ output }) => output === i));
  if (unused.length > 0) {
    notes.push(
      `no target for the output ${unused.map((output) => `"${output.name}"`).join(', ')}: it is neither trained on nor tested`,
    );
  }
  return {
    ...dataset,
    inputs: train.inputs,
    train,
    validation,
    test,
    ...(pairs && { pairs }),
    notes: [...dataset.notes, ...notes],
  };
}

/** For every input of the model the index of the data set's input that feeds it. */
function inputOrder(dataset: Dataset, model: ModelInterface): number[] {
  const columns = dataset.inputs.map(({ name }) => name);
  const byName = model.inputs.map((input) => columns.findIndex((name) => isNamed(input, name)));
  if (byName.every((index) => index >= 0)) return byName;
  if (columns.length === model.inputs.length) return columns.map((_, i) => i);
  const byShape = model.inputs.map((input) => onlyFitting(dataset.inputs, input.shape));
  if (byShape.every((index) => index >= 0) && new Set(byShape).size === byShape.length) return byShape;
  const list = (items: readonly { readonly name: string }[]): string =>
    `${items.length} (${items.map(({ name }) => `"${name}"`).join(', ')})`;
  throw new UserError(
    `${dataset.name}: a sample has ${list(dataset.inputs)} inputs, the model ${list(model.inputs)}. ` +
      'Say in the recipe which column goes into which input: "inputs": [{ "from": "column", "to": "input" }].',
  );
}

/** What pictures an input takes, channels last or first; undefined where it takes something else. */
function pictureOf(shape: OpenShape): ModelPicture | undefined {
  const [first = null, second = null, third = null] = shape;
  if (shape.length !== 3) return undefined;
  return [
    { height: first, width: second, channels: third },
    { height: second, width: third, channels: first },
  ].find(({ channels }) => channels === 1 || channels === 3);
}

/** How pictures of the one shape become such of the other; undefined where either is no picture. */
function pictureChange(sample: readonly number[], wanted: OpenShape): string | undefined {
  const picture = pictureOf(wanted);
  if (picture === undefined || !isImage(sample)) return undefined;
  const { height, width, channels } = picture;
  const sized = height === sample[0] && width === sample[1];
  const size = !height || !width || sized ? [] : [`--size ${width}x${height}`];
  const colour = channels === sample[2] ? [] : [`--colour ${channels === 1 ? 'grey' : 'rgb'}`];
  const flags = [...size, ...colour].join(' ');
  return flags === '' ? undefined : `Bring the pictures to it by ${flags} (data.image in a recipe), or choose`;
}

/** The index of the one data input that fits a shape; -1 where none does or several do. */
function onlyFitting(inputs: readonly SampleInput[], shape: OpenShape): number {
  const fits = inputs.map((input) => layoutFor(input.shape, shape) !== undefined);
  return fits.filter(Boolean).length === 1 ? fits.indexOf(true) : -1;
}

function fitSplit(
  split: Split,
  { name, output }: Pick<Dataset, 'name' | 'output'>,
  model: ModelInterface,
  order: readonly number[],
  layouts: readonly Layout[],
  options: FitOptions,
): Split {
  const inputs = model.inputs.map((input, i) => ({ name: input.name, shape: layouts[i]?.shape ?? [] }));
  if (givesBack(split.targets, model, inputs)) {
    const fed = fitSplit({ ...split, targets: [] }, { name }, model, order, layouts, options);
    return { ...fed, targets: [ownInput(fed, split.targets[0] as Target)] };
  }
  const fitted = split.targets.map((target): Target => fitTarget(target, split, name, model, options));
  const targets = output === undefined || fitted.length === 0 ? fitted : judgedFirst(fitted, output, model);
  const straight = order.length === split.inputs.length && order.every((from, to) => from === to);
  if (straight && layouts.every((layout) => !layout.channelsFirst)) return { ...split, inputs, targets };
  return {
    ...split,
    inputs,
    targets,
    async read(indices, out, draw) {
      const stored = split.inputs.map(({ shape }) => new Float32Array(indices.length * sizeOf(shape)));
      const direct = stored.map((own, i) => {
        const to = order.indexOf(i);
        return to >= 0 && !layouts[to]?.channelsFirst ? (out[to] ?? own) : own;
      });
      await split.read(indices, direct, draw);
      layouts.forEach((layout, to) => {
        const from = order[to] ?? 0;
        if (layout.channelsFirst) {
          channelsFirst(stored[from] as Float32Array, split.inputs[from]?.shape ?? [], out[to] as Float32Array);
        }
      });
    },
  };
}

/** Throws UserError where no target is for the output, or is called so. */
function judgedFirst(targets: readonly Target[], output: string, { outputs }: ModelInterface): Target[] {
  const portOf = (target: Target): ModelOutput | undefined => outputs[target.output];
  const judged =
    targets.find((target) => isNamed(portOf(target) ?? { name: '' }, output)) ??
    targets.find(({ name }) => name === output);
  if (judged === undefined) {
    const known = targets.map((target) => portOf(target)?.name ?? target.name).join(', ');
    throw new UserError(
      `--output (data.output in a recipe) names "${output}", for which the data have no target. Those they have one for: ${known}.`,
    );
  }
  return [judged, ...targets.filter((target) => target !== judged)];
}
