// Activation and the activation layers: ReLU, LeakyReLU, ELU, PReLU, Softmax, ThresholdedReLU.
import { fixed } from '../../../model/graph';
import type { GraphBuilder } from '../../../ops/builder';
import { type Activation, eachElement, firstOf, fromFirst, fromLast, lastOf, toFirst } from '../activation';
import { activate, alongChannels } from '../activation-function';
import type { LayerContext, LayerFamily } from '../family';
import { statedMask } from './attention-mask';
import { axesOf } from './axes';

export const activation: LayerFamily = {
  classes: ['Activation'],
  read: (context) => activate(context, context.input()),
};

export const activationLayers: LayerFamily = {
  classes: ['ReLU', 'LeakyReLU', 'ELU', 'ThresholdedReLU'],
  read(context) {
    return eachElement(context.builder, context.input(), (value) => byClass(context, value));
  },
};

function byClass({ config, builder }: LayerContext, value: string): string {
  switch (config.className) {
    case 'LeakyReLU':
      return builder.op('LeakyRelu', [value], { alpha: config.number('alpha', config.number('negative_slope', 0.3)) });
    case 'ELU':
      return builder.op('Elu', [value], { alpha: config.number('alpha', 1) });
    case 'ThresholdedReLU':
      return builder.op('ThresholdedRelu', [value], { alpha: config.number('theta', 1) });
    default:
      return rectify({ config, builder }, value);
  }
}

/**
 * ReLU: x above the threshold, up to max_value, below it negative_slope × (x − threshold).
 * https://github.com/keras-team/keras/blob/v3.15.0/keras/src/activations/activations.py
 */
function rectify({ config, builder }: Pick<LayerContext, 'config' | 'builder'>, value: string): string {
  const slope = config.number('negative_slope', 0);
  const threshold = config.number('threshold', 0);
  const limit = config.number('max_value', Number.POSITIVE_INFINITY);
  if (threshold !== 0) {
    const above = builder.op('Where', [
      builder.op('Greater', [value, builder.float(threshold)]),
      value,
      builder.float(0),
    ]);
    const limited =
      limit === Number.POSITIVE_INFINITY ? above : builder.op('Clip', [above, builder.float(0), builder.float(limit)]);
    if (slope === 0) return limited;
    const below = builder.op('Relu', [builder.op('Sub', [builder.float(threshold), value])]);
    return builder.op('Sub', [limited, builder.op('Mul', [below, builder.float(slope)])]);
  }
  let result = value;
  if (slope !== 0) result = builder.op('LeakyRelu', [value], { alpha: slope });
  else if (limit !== Number.POSITIVE_INFINITY)
    return builder.op('Clip', [value, builder.float(0), builder.float(limit)]);
  else return builder.op('Relu', [value]);
  return limit === Number.POSITIVE_INFINITY ? result : builder.op('Clip', [result, '', builder.float(limit)]);
}

/** PReLU: alpha has the input's shape, 1 on shared axes. */
export const prelu: LayerFamily = {
  classes: ['PReLU'],
  read({ config, builder, input, weight }): Activation {
    const value = input();
    const shared = config.fields.shared_axes == null ? [] : config.list('shared_axes');
    const shape = value.shape
      .slice(1)
      .map((_, i) => (shared.includes(i + 1) ? 1 : fixed(value.shape, i + 1, 'the input')));
    const alpha = weight('alpha', shape);
    if (value.first === undefined) return fromLast(builder, builder.op('PRelu', [lastOf(builder, value), alpha]));
    const perm = toFirst(value.shape.length)
      .slice(1)
      .map((axis) => axis - 1);
    const turned = builder.op('Transpose', [alpha], { perm });
    return fromFirst(builder, builder.op('PRelu', [firstOf(builder, value), turned]));
  },
};

export const softmax: LayerFamily = {
  classes: ['Softmax'],
  read(context): Activation {
    const { config, builder, input } = context;
    const value = input();
    if (value.mask !== undefined) config.unknown('a softmax of masked steps');
    const rank = value.shape.length;
    const axes = axesOf(config, rank);
    const mask = statedMask(context, 'mask');
    const masked = mask === undefined ? value : fromLast(builder, withoutMasked(builder, lastOf(builder, value), mask));
    const [axis = -1, ...others] = axes;
    if (others.length > 0) return fromLast(builder, overSeveral(builder, lastOf(builder, masked), axes));
    if (axis === rank - 1) return alongChannels(builder, masked, 'Softmax');
    return fromLast(builder, builder.op('Softmax', [lastOf(builder, masked)], { axis }));
  },
};

/** What a mask leaves out becomes so small that its share is none. */
function withoutMasked(builder: GraphBuilder, x: string, mask: string): string {
  const left = builder.op('Sub', [mask, builder.float(1)]);
  return builder.op('Add', [x, builder.op('Mul', [left, builder.float(1e9)])]);
}

function overSeveral(builder: GraphBuilder, x: string, axes: readonly number[]): string {
  const over = (type: string, value: string): string =>
    builder.op(type, [value, builder.ints([...axes])], { keepdims: 1 });
  const shares = builder.op('Exp', [builder.op('Sub', [x, over('ReduceMax', x)])]);
  return builder.op('Div', [shares, over('ReduceSum', shares)]);
}
