// DepthwiseConv1D and 2D: kernel [...positions, channels, multiplier], bias [channels × multiplier].
import { fixed } from '../../../model/graph';
import { activate } from '../activation-function';
import type { LayerContext, LayerFamily } from '../family';
import { windowOf } from './conv';
import { type Image, imageOf } from './image';
import { paddingOf } from './padding';

export const depthwiseConv: LayerFamily = {
  classes: ['DepthwiseConv1D', 'DepthwiseConv2D'],
  read(context) {
    const { config, weight, stored } = context;
    const image = imageOf(context);
    const channels = fixed([image.channels], 0, 'the number of channels it reads');
    const multiplier = config.fields.depth_multiplier === undefined ? 1 : config.size('depth_multiplier');
    const { kernel } = windowOf(context);
    // TF.js and Keras 2 call it depthwise_kernel, Keras 3 kernel.
    const name = stored('depthwise_kernel') ? 'depthwise_kernel' : 'kernel';
    const filter = weight(name, [...kernel, channels, multiplier]);
    const bias = config.flag('use_bias', true) ? weight('bias', [channels * multiplier]) : undefined;
    return activate(context, image.back(convolveDepthwise(context, image, filter, channels, multiplier, bias)));
  },
};

/** ONNX' grouped convolution, one group a channel: the multiplier's filters of one channel lie side by side. */
export function convolveDepthwise(
  context: LayerContext,
  image: Image,
  filter: string,
  channels: number,
  multiplier: number,
  bias: string | undefined,
): string {
  const { builder } = context;
  const { kernel, strides, dilations } = windowOf(context);
  const axes = kernel.length;
  const perm = [axes, axes + 1, ...Array.from({ length: axes }, (_, i) => i)];
  const turned = builder.op('Transpose', [filter], { perm });
  const grouped =
    multiplier === 1 ? turned : builder.op('Reshape', [turned, builder.ints([channels * multiplier, 1, ...kernel])]);
  const padding = paddingOf(context, { spatial: image.spatial, kernel, strides, dilations });
  const operands = bias === undefined ? [image.value, grouped] : [image.value, grouped, bias];
  return builder.op('Conv', operands, { strides, dilations, ...padding, group: channels });
}
