// Activation and the activation layers: ReLU, LeakyReLU, ELU, PReLU, Softmax, ThresholdedReLU.
import { fixed } from '../../../model/graph';
import { type Activation, eachElement, firstOf, fromFirst, fromLast, lastOf, toFirst } from '../activation';
import { activate, alongChannels } from '../activation-function';
import type { LayerContext, LayerFamily } from '../family';

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

/** ReLU: x from the threshold to max_value, below it negative_slope × (x − threshold). */
function rectify({ config, builder }: Pick<LayerContext, 'config' | 'builder'>, value: string): string {
  const slope = config.number('negative_slope', 0);
  const threshold = config.number('threshold', 0);
  if (slope !== 0 && threshold !== 0) config.unknown('negative_slope together with a threshold');
  const limit = config.number('max_value', Number.POSITIVE_INFINITY);
  let result = value;
  if (slope !== 0) result = builder.op('LeakyRelu', [value], { alpha: slope });
  else if (threshold !== 0) result = builder.op('ThresholdedRelu', [value], { alpha: threshold });
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
  read({ config, builder, input }): Activation {
    const value = input();
    const axis =
      Array.isArray(config.fields.axis) && config.fields.axis.length === 1
        ? Number(config.fields.axis[0])
        : config.number('axis', -1);
    if (axis === -1 || axis === value.shape.length - 1) return alongChannels(builder, value, 'Softmax');
    return fromLast(builder, builder.op('Softmax', [lastOf(builder, value)], { axis }));
  },
};
