// Activation and the activation layers: ReLU, LeakyReLU, ELU, PReLU, Softmax, ThresholdedReLU.
import { fixed } from '../../../model/graph';
import type { GraphBuilder } from '../../../ops/builder';
import { type Activation, eachElement, firstOf, fromFirst, fromLast, lastOf } from '../activation';
import { activate, alongChannels } from '../activation-function';
import type { LayerConfig } from '../config';
import type { LayerContext, LayerFamily } from '../family';

export const activation: LayerFamily = {
  classes: ['Activation'],
  read: ({ config, builder, input }) => activate(config, builder, input()),
};

export const activationLayers: LayerFamily = {
  classes: ['ReLU', 'LeakyReLU', 'ELU', 'ThresholdedReLU'],
  read({ config, builder, input }) {
    return eachElement(builder, input(), (value) => byClass(config, builder, value));
  },
};

function byClass(config: LayerConfig, builder: GraphBuilder, value: string): string {
  switch (config.className) {
    case 'LeakyReLU':
      return builder.op('LeakyRelu', [value], { alpha: config.number('alpha', config.number('negative_slope', 0.3)) });
    case 'ELU':
      return builder.op('Elu', [value], { alpha: config.number('alpha', 1) });
    case 'ThresholdedReLU':
      return builder.op('ThresholdedRelu', [value], { alpha: config.number('theta', 1) });
    default:
      return rectify(config, builder, value);
  }
}

/** ReLU: x from the threshold to max_value, below it negative_slope × (x − threshold). */
function rectify(config: LayerConfig, builder: GraphBuilder, value: string): string {
  const slope = config.number('negative_slope', 0);
  const threshold = config.number('threshold', 0);
  if (slope !== 0 && threshold !== 0) config.fail('negative_slope together with a threshold is not known');
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
  read({ config, builder, input, weight }: LayerContext): Activation {
    const value = input();
    const shared = config.fields.shared_axes == null ? [] : config.list('shared_axes');
    const shape = value.shape
      .slice(1)
      .map((_, i) => (shared.includes(i + 1) ? 1 : fixed(value.shape, i + 1, 'the input')));
    const alpha = weight('alpha', shape);
    if (value.first === undefined) return fromLast(builder, builder.op('PRelu', [lastOf(builder, value), alpha]));
    const turned = builder.op('Transpose', [alpha], { perm: [2, 0, 1] });
    return fromFirst(builder, builder.op('PRelu', [firstOf(builder, value), turned]));
  },
};

export const softmax: LayerFamily = {
  classes: ['Softmax'],
  read({ config, builder, input }) {
    const value = input();
    const axis = config.number('axis', -1);
    if (axis !== -1 && axis !== value.shape.length - 1) config.fail(`axis ${axis} is not known, only the last`);
    return alongChannels(builder, value, 'Softmax');
  },
};
