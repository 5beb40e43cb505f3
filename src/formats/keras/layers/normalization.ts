// LayerNormalization, RMSNormalization, GroupNormalization, UnitNormalization, and Normalization by a data set's mean.
import { fixed } from '../../../model/graph';
import { type Activation, eachElement, firstOf, fromFirst, fromLast, lastOf } from '../activation';
import type { LayerContext, LayerFamily } from '../family';
import { axesOf } from './axes';
import { constantWeight, given } from './batch-normalization';

/** gamma and beta have the shape of what is normalised. */
export const layerNormalization: LayerFamily = {
  classes: ['LayerNormalization'],
  read(context): Activation {
    const { config, builder, input, weight } = context;
    const value = input();
    const x = lastOf(builder, value);
    const rank = value.shape.length;
    const axes = axesOf(config, rank);
    const sizes = axes.map((axis) => fixed(value.shape, axis, `the input of "${config.name}"`));
    const epsilon = config.number('epsilon', 1e-3);
    if (config.flag('rms_scaling', false))
      return fromLast(builder, rootMeanSquare(context, x, axes, sizes, epsilon, 'gamma'));
    const scaled = config.flag('scale', true);
    const first = rank - axes.length;
    const isLast = axes.every((axis, i) => axis === first + i);
    if (!isLast || (sizes.length > 1 && !scaled))
      return fromLast(builder, standardised(context, x, axes, sizes, epsilon));
    const gamma = scaled ? weight('gamma', sizes) : constantWeight(builder, `${config.name}/gamma`, sizes[0] ?? 1, 1);
    const beta = config.flag('center', true) ? [weight('beta', sizes)] : [];
    return fromLast(builder, builder.op('LayerNormalization', [x, gamma, ...beta], { axis: first, epsilon }));
  },
};

/** (x − mean) / √(variance + ε) × gamma + beta over any axes: what lies along the others stays apart. */
function standardised(
  { builder, config, weight }: LayerContext,
  x: string,
  axes: readonly number[],
  sizes: readonly number[],
  epsilon: number,
): string {
  const mean = (value: string): string => builder.op('ReduceMean', [value, builder.ints([...axes])], { keepdims: 1 });
  const centred = builder.op('Sub', [x, mean(x)]);
  const variance = mean(builder.op('Mul', [centred, centred]));
  const deviation = builder.op('Sqrt', [builder.op('Add', [variance, builder.float(epsilon)])]);
  const along = builder.shape(x).map((_, axis) => (axes.includes(axis) ? (sizes[axes.indexOf(axis)] ?? 1) : 1));
  const parameter = (name: string): string =>
    builder.op('Reshape', [weight(name, sizes), builder.ints(along.slice(1))]);
  const normal = builder.op('Div', [centred, deviation]);
  const scaled = config.flag('scale', true) ? builder.op('Mul', [normal, parameter('gamma')]) : normal;
  return config.flag('center', true) ? builder.op('Add', [scaled, parameter('beta')]) : scaled;
}

export const rmsNormalization: LayerFamily = {
  classes: ['RMSNormalization'],
  read(context): Activation {
    const { config, builder, input } = context;
    const value = input();
    const axes = axesOf(config, value.shape.length);
    const sizes = axes.map((axis) => fixed(value.shape, axis, `the input of "${config.name}"`));
    const epsilon = config.number('epsilon', 1e-6);
    return fromLast(builder, rootMeanSquare(context, lastOf(builder, value), axes, sizes, epsilon, 'scale'));
  },
};

/** x / √(mean(x²) + ε) × scale. */
function rootMeanSquare(
  { builder, weight }: LayerContext,
  x: string,
  axes: readonly number[],
  sizes: readonly number[],
  epsilon: number,
  scale: string,
): string {
  const mean = builder.op('ReduceMean', [builder.op('Mul', [x, x]), builder.ints(axes)], { keepdims: 1 });
  const root = builder.op('Sqrt', [builder.op('Add', [mean, builder.float(epsilon)])]);
  return builder.op('Mul', [builder.op('Div', [x, root]), weight(scale, sizes)]);
}

/** Each group of channels over all positions. What is cut is whole groups. */
export const groupNormalization: LayerFamily = {
  classes: ['GroupNormalization'],
  read(context): Activation {
    const { config, builder, input } = context;
    const value = input();
    const rank = value.shape.length;
    const axis = config.number('axis', -1);
    const own = axis < 0 ? axis + rank : axis;
    if (own !== rank - 1 && own !== 1) config.unknown(`channels on axis ${axis}`);
    const last = own === rank - 1 && rank > 2;
    const x = last ? firstOf(builder, value) : lastOf(builder, value);
    const channels = fixed(builder.shape(x), 1, `the input of "${config.name}"`);
    const groups = config.fields.groups === -1 ? channels : config.number('groups', 32);
    if (!Number.isInteger(groups) || groups < 1 || channels % groups !== 0) {
      config.fail(`${channels} channels do not divide into ${groups} groups`);
    }
    const scale = constantWeight(builder, `${config.name}/groups scale`, groups, 1);
    const shift = constantWeight(builder, `${config.name}/groups shift`, groups, 0);
    // The channels of a group have an axis of their own: whole groups can be cut.
    const grouped = builder.op('Reshape', [x, builder.ints([0, groups, channels / groups, -1])]);
    const epsilon = config.number('epsilon', 1e-3);
    const normal = builder.op('InstanceNormalization', [grouped, scale, shift], { epsilon });
    const positions = builder.shape(x).slice(2);
    const restored = builder.op('Reshape', [normal, builder.op('Shape', [x])]);
    const ones = [channels, ...positions.map(() => 1)];
    const parameter = (flag: string, name: string, start: number): string =>
      builder.op('Reshape', [given(context, flag, name, channels, start), builder.ints(ones)]);
    const scaled = builder.op('Mul', [restored, parameter('scale', 'gamma', 1)]);
    const result = builder.op('Add', [scaled, parameter('center', 'beta', 0)]);
    return last ? fromFirst(builder, result) : fromLast(builder, result);
  },
  resize(config, { before, inputs }) {
    if (typeof config.groups !== 'number' || config.groups < 1) return config;
    const axis = config.axis === 1 ? 1 : -1;
    const [channels, left] = [Number(before[0]?.at(axis)), Number(inputs[0]?.at(axis))];
    return { ...config, groups: (config.groups * left) / channels };
  },
};

/** To length 1 along the axes. */
export const unitNormalization: LayerFamily = {
  classes: ['UnitNormalization'],
  read({ config, builder, input }): Activation {
    const value = input();
    const axes = axesOf(config, value.shape.length);
    const x = lastOf(builder, value);
    const sum = builder.op('ReduceSum', [builder.op('Mul', [x, x]), builder.ints(axes)], { keepdims: 1 });
    const length = builder.op('Sqrt', [builder.op('Max', [sum, builder.float(1e-12)])]);
    return fromLast(builder, builder.op('Div', [x, length]));
  },
};

/** (x − mean) / √variance, of a data set seen before; the mean may stand in the config or among the weights. */
export const normalization: LayerFamily = {
  classes: ['Normalization'],
  read(context): Activation {
    const { config, builder, input } = context;
    const value = input();
    const rank = value.shape.length;
    const { axis: stated } = config.fields;
    // Keras 3 writes no axis as a list of none.
    const axis = stated === null || (Array.isArray(stated) && stated.length === 0) ? [] : axesOf(config, rank);
    const sizes = axis.map((own) => fixed(value.shape, own, `the input of "${config.name}"`));
    const shape = value.shape.map((_, i) => (axis.includes(i) ? fixed(value.shape, i) : 1)).slice(1);
    const [mean, variance] = [statistic(context, 'mean', sizes, shape), statistic(context, 'variance', sizes, shape)];
    const deviation = builder.op('Max', [builder.op('Sqrt', [variance]), builder.float(1e-7)]);
    const x = lastOf(builder, value);
    if (config.flag('invert', false)) {
      return fromLast(builder, builder.op('Add', [builder.op('Mul', [x, deviation]), mean]));
    }
    return fromLast(builder, builder.op('Div', [builder.op('Sub', [x, mean]), deviation]));
  },
};

function statistic(
  { config, builder, weight }: LayerContext,
  name: 'mean' | 'variance',
  sizes: readonly number[],
  shape: readonly number[],
): string {
  const stated = config.fields[name] ?? config.fields[`input_${name}`];
  if (stated == null) return builder.op('Reshape', [weight(name, sizes, false), builder.ints(shape)]);
  const numbers = [stated].flat(8).map(Number);
  const count = sizes.reduce((product, size) => product * size, 1);
  if (!numbers.every(Number.isFinite) || (numbers.length !== count && numbers.length !== 1)) {
    config.fail(`${name} has ${numbers.length} numbers for ${count} channels`);
  }
  const all = numbers.length === count ? numbers : new Array<number>(count).fill(numbers[0] ?? 0);
  return builder.op('Reshape', [builder.floats(all), builder.ints(shape)]);
}

/** x × scale + offset, each one number or one a channel. */
export const rescaling: LayerFamily = {
  classes: ['Rescaling'],
  read({ config, builder, input }): Activation {
    const value = input();
    const operand = (field: string, fallback: number): { numbers: number[]; name: string } => {
      const numbers = [config.fields[field] ?? fallback].flat(4).map(Number);
      if (!numbers.every(Number.isFinite)) config.fail(`${field} holds ${JSON.stringify(config.fields[field])}`);
      const [only = fallback] = numbers;
      return { numbers, name: numbers.length === 1 ? builder.float(only) : builder.floats(numbers) };
    };
    const [scale, offset] = [operand('scale', 1), operand('offset', 0)];
    const apply = (x: string): string => builder.op('Add', [builder.op('Mul', [x, scale.name]), offset.name]);
    const whole = scale.numbers.length === 1 && offset.numbers.length === 1;
    return whole ? eachElement(builder, value, apply) : fromLast(builder, apply(lastOf(builder, value)));
  },
};
