// LayerNormalization, RMSNormalization, GroupNormalization, UnitNormalization, and Normalization by a data set's mean.
import { fixed } from '../../../model/graph';
import { type Activation, eachElement, firstOf, fromFirst, fromLast, lastOf } from '../activation';
import type { LayerConfig } from '../config';
import type { LayerContext, LayerFamily } from '../family';
import { constantWeight, given } from './batch-normalization';

/** Over the last axes; gamma and beta have the shape of what is normalised. */
export const layerNormalization: LayerFamily = {
  classes: ['LayerNormalization'],
  read(context): Activation {
    const { config, builder, input, weight } = context;
    const value = input();
    const x = lastOf(builder, value);
    const rank = value.shape.length;
    const axes = axesOf(config, rank);
    const first = rank - axes.length;
    if (axes.some((axis, i) => axis !== first + i)) config.unknown(`normalising over axes ${axes.join(', ')}`);
    const sizes = axes.map((axis) => fixed(value.shape, axis, `the input of "${config.name}"`));
    const epsilon = config.number('epsilon', 1e-3);
    if (config.flag('rms_scaling', false))
      return fromLast(builder, rootMeanSquare(context, x, axes, sizes, epsilon, 'gamma'));
    if (sizes.length > 1 && !config.flag('scale', true)) config.unknown('several axes without a scale');
    const gamma = config.flag('scale', true)
      ? weight('gamma', sizes)
      : constantWeight(builder, `${config.name}/gamma`, sizes[0] ?? 1, 1);
    const beta = config.flag('center', true) ? [weight('beta', sizes)] : [];
    return fromLast(builder, builder.op('LayerNormalization', [x, gamma, ...beta], { axis: first, epsilon }));
  },
};

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
    const axis = config.fields.axis === null ? [] : axesOf(config, rank);
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

/** An axis or a list of them, from the start, ascending. */
function axesOf(config: LayerConfig, rank: number): number[] {
  const stated = config.fields.axis ?? -1;
  const axes = [stated].flat().map((axis) => (Number(axis) < 0 ? Number(axis) + rank : Number(axis)));
  if (axes.length === 0 || !axes.every((axis) => Number.isInteger(axis) && axis >= 1 && axis < rank)) {
    config.fail(`axis ${JSON.stringify(stated)} is not an axis of ${rank}`);
  }
  return axes.sort((a, b) => a - b);
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
