// Conv1DTranspose to Conv3DTranspose: kernel [...positions, filters, in], bias [filters].
import { fixed } from '../../../model/graph';
import { activate } from '../activation-function';
import type { LayerConfig } from '../config';
import type { LayerFamily } from '../family';
import { withSize } from '../former-names';
import { windowOf } from './conv';
import { imageOf } from './image';
import { splitPads } from './padding';

export const convTranspose: LayerFamily = {
  classes: [
    'Conv1DTranspose',
    'Conv2DTranspose',
    'Conv3DTranspose',
    'Convolution2DTranspose',
    'Convolution3DTranspose',
  ],
  read(context) {
    const { config, builder, weight } = context;
    if (config.number('groups', 1) !== 1) config.unknown('a transposed convolution in groups');
    const image = imageOf(context);
    const { kernel, strides, dilations } = windowOf(context);
    const filters = config.size('filters');
    const channels = fixed([image.channels], 0, 'the number of channels it reads');
    const kernelName = weight('kernel', [...kernel, filters, channels]);
    const bias = config.flag('use_bias', true) ? [weight('bias', [filters])] : [];
    const axes = kernel.length;
    const perm = [axes + 1, axes, ...Array.from({ length: axes }, (_, i) => i)];
    const turned = builder.op('Transpose', [kernelName], { perm });
    const sizes = kernel.map((size, i) => cropOf(config, size, strides[i] ?? 1, dilations[i] ?? 1, i));
    const result = builder.op('ConvTranspose', [image.value, turned, ...bias], {
      ...{ strides, dilations },
      pads: splitPads(sizes.map(({ cropped }) => cropped)),
      output_padding: sizes.map(({ added }) => added),
    });
    return activate(context, image.back(result));
  },
  resize: (config, { weight }) => withSize(config, weight('kernel')?.at(-2), 'filters', 'nb_filter'),
};

/**
 * How much of the full result, stride × (in − 1) + reach, is cropped or added to: TensorFlow takes the convolution that
 * goes the other way, from the size Keras says the output has, and pads as that one does.
 */
function cropOf(
  config: LayerConfig,
  size: number,
  stride: number,
  dilation: number,
  axis: number,
): { cropped: number; added: number } {
  const padding = config.text('padding', 'valid');
  if (padding !== 'same' && padding !== 'valid') config.unknown(`padding "${padding}"`);
  const reach = dilation * (size - 1) + 1;
  // The output's size beyond stride × (in − 1).
  const beyond =
    config.fields.output_padding == null
      ? padding === 'same'
        ? stride
        : stride + Math.max(reach - stride, 0)
      : reach - (padding === 'same' ? 2 * Math.floor(reach / 2) : 0) + outputPadding(config, axis);
  const cropped = padding === 'same' ? Math.max(reach - beyond, 0) : 0;
  return { cropped, added: Math.max(beyond - reach + cropped, 0) };
}

function outputPadding(config: LayerConfig, axis: number): number {
  const { output_padding: stated } = config.fields;
  const value = Array.isArray(stated) ? stated[axis] : stated;
  if (!Number.isInteger(value) || (value as number) < 0 || (value as number) > 1024)
    config.fail(`output_padding holds ${JSON.stringify(value)}`);
  return value as number;
}
