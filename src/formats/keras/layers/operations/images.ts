// Operations over images: pixel shuffle, resizing, pooling, patches.
import { fixed } from '../../../../model/graph';
import { type Activation, fromLast, lastOf } from '../../activation';
import { LayerConfig } from '../../config';
import type { LayerContext } from '../../family';
import { imageOf } from '../image';
import { pooling } from '../pooling';
import { resizing } from '../resampling';
import { numberOf, numbers, type Operation, type Operations, settingOf, tensorOf } from './settings';

/** The same call with the config of a layer. */
function asLayer(context: LayerContext, className: string, fields: Record<string, unknown>): LayerContext {
  const { config } = context;
  return { ...context, config: new LayerConfig(config.name, className, { ...config.fields, ...fields }) };
}

function image(context: LayerContext): ReturnType<typeof imageOf> {
  const format = settingOf(context, 'data_format');
  const own = format === 'NCHW' ? 'channels_first' : format === 'NHWC' ? 'channels_last' : (format ?? 'channels_last');
  return imageOf(asLayer(context, 'Image2D', { data_format: own }), tensorOf(context));
}

/** Keras and TensorFlow number the pixels of a block before its channels. */
const blocks = (type: 'DepthToSpace' | 'SpaceToDepth'): Operation => ({
  read(context) {
    const { value, back } = image(context);
    const blocksize = numberOf(context, Number(context.call.args[1]), 'block_size');
    return back(context.builder.op(type, [value], { blocksize, ...(type === 'DepthToSpace' && { mode: 'DCR' }) }));
  },
});

const resize: Operation = {
  read(context) {
    const [height, width] = numbers(context, 'size');
    const interpolation = settingOf(context, 'interpolation', 'method') ?? 'bilinear';
    return resizing.read(asLayer(context, 'Resizing', { height, width, interpolation }));
  },
};

const pool = (kind: 'Max' | 'Average'): Operation => ({
  read(context) {
    const axes = tensorOf(context).shape.length - 2;
    return pooling.read(asLayer(context, `${kind}Pooling${axes}D`, {}));
  },
});

/** Patches that lie side by side: [batch, rows, columns, height × width × channels]. */
const patches: Operation = {
  read(context): Activation {
    const { builder, config } = context;
    const x = tensorOf(context);
    const size = settingOf(context, 'size');
    const [height, width = height] = [size].flat().map(Number);
    const strides = settingOf(context, 'strides') ?? size;
    const [down, across = down] = [strides].flat().map(Number);
    const first = settingOf(context, 'data_format') === 'channels_first';
    const apart = settingOf(context, 'padding') === 'same' || numberOf(context, 1, 'dilation_rate') !== 1;
    if (!height || !width || down !== height || across !== width || first || apart || x.shape.length !== 4)
      return config.unknown('patches other than side by side');
    const [rows, columns] = [fixed(x.shape, 1) / height, fixed(x.shape, 2) / width];
    if (!Number.isInteger(rows) || !Number.isInteger(columns)) return config.unknown('patches that leave a border');
    const channels = fixed(x.shape, 3);
    const grid = builder.op('Reshape', [
      lastOf(builder, x),
      builder.ints([-1, rows, height, columns, width, channels]),
    ]);
    const turned = builder.op('Transpose', [grid], { perm: [0, 1, 3, 2, 4, 5] });
    return fromLast(
      builder,
      builder.op('Reshape', [turned, builder.ints([-1, rows, columns, height * width * channels])]),
    );
  },
};

export const IMAGES: Operations = {
  DepthToSpace: blocks('DepthToSpace'),
  SpaceToDepth: blocks('SpaceToDepth'),
  Resize: resize,
  MaxPool: pool('Max'),
  AveragePool: pool('Average'),
  ExtractPatches: patches,
};
