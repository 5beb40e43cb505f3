// SeparableConv1D and 2D: a depthwise convolution, then one of single positions: pointwise_kernel [1…, in × multiplier, filters].
import { fixed } from '../../../model/graph';
import { activate } from '../activation-function';
import type { LayerFamily } from '../family';
import { withSize } from '../former-names';
import { toConvWeight, windowOf } from './conv';
import { convolveDepthwise } from './depthwise-conv';
import { imageOf } from './image';

export const separableConv: LayerFamily = {
  classes: ['SeparableConv1D', 'SeparableConv2D', 'SeparableConvolution2D'],
  read(context) {
    const { config, builder, weight, stored } = context;
    const image = imageOf(context);
    const channels = fixed([image.channels], 0, 'the number of channels it reads');
    // TF.js does not write the multiplier down.
    const multiplier =
      config.fields.depth_multiplier === undefined
        ? (stored('depthwise_kernel')?.at(-1) ?? 1)
        : config.size('depth_multiplier');
    const filters = config.size('filters');
    const { kernel } = windowOf(context);
    const depthwise = weight('depthwise_kernel', [...kernel, channels, multiplier]);
    const pointwise = weight('pointwise_kernel', [...kernel.map(() => 1), channels * multiplier, filters]);
    const bias = config.flag('use_bias', true) ? [weight('bias', [filters])] : [];
    const spread = convolveDepthwise(context, image, depthwise, channels, multiplier, undefined);
    const turned = builder.op('Transpose', [pointwise], { perm: toConvWeight(kernel.length) });
    return activate(context, image.back(builder.op('Conv', [spread, turned, ...bias])));
  },
  resize: (config, { weight }) => withSize(config, weight('pointwise_kernel')?.at(-1), 'filters', 'nb_filter'),
};
