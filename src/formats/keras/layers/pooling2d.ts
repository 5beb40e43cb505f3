// MaxPooling2D and AveragePooling2D.
import { firstOf, fromFirst } from '../activation';
import type { LayerFamily } from '../family';
import { padsOf } from './padding';

export const pooling2d: LayerFamily = {
  classes: ['MaxPooling2D', 'AveragePooling2D'],
  read({ config, builder, input }) {
    config.channelsLast();
    const value = firstOf(builder, input());
    const kernel = config.pair('pool_size', [2, 2]);
    const strides = config.pair('strides', kernel);
    const pads = padsOf(config, builder.shape(value).slice(2), kernel, strides, [1, 1]);
    const type = config.className === 'MaxPooling2D' ? 'MaxPool' : 'AveragePool';
    return fromFirst(builder, builder.op(type, [value], { kernel_shape: kernel, strides, pads }));
  },
};
