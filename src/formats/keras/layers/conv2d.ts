// Conv2D: kernel [height, width, in, filters], bias [filters].
import { fixed } from '../../../model/graph';
import { firstOf, fromFirst } from '../activation';
import { activate } from '../activation-function';
import type { LayerFamily } from '../family';
import { padsOf } from './padding';

export const conv2d: LayerFamily = {
  classes: ['Conv2D', 'Convolution2D'],
  read({ config, builder, input, weight }) {
    config.channelsLast();
    if (config.number('groups', 1) !== 1) config.fail('groups other than 1 are not known yet');
    const value = firstOf(builder, input());
    const shape = builder.shape(value);
    const filters = config.size('filters');
    const size = config.pair('kernel_size', [1, 1]);
    const strides = config.pair('strides', [1, 1]);
    const dilations = config.pair('dilation_rate', [1, 1]);
    const kernel = weight('kernel', [...size, fixed(shape, 1, `the input of "${config.name}"`), filters]);
    const bias = config.flag('use_bias', true) ? weight('bias', [filters]) : undefined;
    const turned = builder.op('Transpose', [kernel], { perm: [3, 2, 0, 1] });
    const attributes = { strides, dilations, pads: padsOf(config, shape.slice(2), size, strides, dilations) };
    const result = builder.op('Conv', bias === undefined ? [value, turned] : [value, turned, bias], attributes);
    return activate(config, builder, fromFirst(builder, result));
  },
  resize: (config, { output }) => ({ ...config, filters: output.at(-1) }),
};
