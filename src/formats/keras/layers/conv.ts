// Conv1D to Conv3D: kernel [...positions, in / groups, filters], bias [filters].
import { fixed } from '../../../model/graph';
import { activate } from '../activation-function';
import type { Config } from '../config';
import type { LayerContext, LayerFamily } from '../family';
import { withSize } from '../former-names';
import { imageOf, spatialAxes } from './image';
import { paddingOf } from './padding';

export const conv: LayerFamily = {
  classes: [
    ...['Conv1D', 'Conv2D', 'Conv3D'],
    ...['Convolution1D', 'Convolution2D', 'Convolution3D', 'AtrousConvolution1D', 'AtrousConvolution2D'],
  ],
  read(context) {
    const { config, builder, weight } = context;
    const image = imageOf(context);
    const { kernel, strides, dilations } = windowOf(context);
    const groups = config.fields.groups === undefined ? 1 : config.size('groups');
    const filters = config.size('filters');
    const channels = fixed([image.channels], 0, 'the number of channels it reads');
    if (channels % groups !== 0 || filters % groups !== 0) {
      config.fail(`${channels} channels and ${filters} filters do not divide into ${groups} groups`);
    }
    const turned = kernelOf(context, kernel, channels / groups, filters);
    const bias = config.flag('use_bias', true) ? [weight('bias', [filters])] : [];
    const padding = paddingOf(context, { spatial: image.spatial, kernel, strides, dilations });
    const result = builder.op('Conv', [image.value, turned, ...bias], {
      ...{ strides, dilations, ...padding },
      ...(groups !== 1 && { group: groups }),
    });
    return activate(context, image.back(result));
  },
  resize(config, { weight, inputs }) {
    const [kernel, [input]] = [weight('kernel'), inputs];
    const resized = withSize(config, kernel?.at(liesAsTheano(config) ? 0 : -1), 'filters', 'nb_filter');
    if (typeof config.groups !== 'number' || config.groups === 1) return resized;
    const channels = config.data_format === 'channels_first' ? input?.[1] : input?.at(-1);
    return { ...resized, groups: Number(channels) / (kernel?.at(-2) ?? 1) };
  },
};

/** The kernel as ONNX has it. Keras 1 kept it in other shapes: Theano's order, one-dimensional ones with an axis more. */
function kernelOf(
  { config, builder, weight, stored, warn }: LayerContext,
  kernel: readonly number[],
  channels: number,
  filters: number,
): string {
  if (liesAsTheano(config.fields)) {
    warn("its kernels lie in Theano's order: if Theano trained it, it turned them, and what is computed here differs");
    return weight('kernel', [filters, channels, ...kernel]);
  }
  const perm = toConvWeight(kernel.length);
  if (kernel.length > 1 || stored('kernel')?.length !== 4)
    return builder.op('Transpose', [weight('kernel', [...kernel, channels, filters])], { perm });
  const deep = weight('kernel', [...kernel, 1, channels, filters]);
  return builder.op('Transpose', [builder.op('Squeeze', [deep, builder.ints([1])])], { perm });
}

function liesAsTheano({ dim_ordering: order }: Config): boolean {
  return order === 'th';
}

/** [...positions, in, out] to ONNX' [out, in, ...positions]. */
export function toConvWeight(axes: number): number[] {
  return [axes + 1, axes, ...Array.from({ length: axes }, (_, i) => i)];
}

export function windowOf({ config }: Pick<LayerContext, 'config'>): {
  kernel: number[];
  strides: number[];
  dilations: number[];
} {
  const axes = spatialAxes(config);
  const ones = new Array<number>(axes).fill(1);
  return {
    kernel: config.sizes('kernel_size', axes),
    strides: config.sizes('strides', axes, ones),
    dilations: config.sizes('dilation_rate', axes, ones),
  };
}
