// GlobalAveragePooling2D and GlobalMaxPooling2D: [batch, height, width, channels] to [batch, channels].
import { firstOf, fromFirst, fromLast } from '../activation';
import type { LayerFamily } from '../family';

export const globalPooling2d: LayerFamily = {
  classes: ['GlobalAveragePooling2D', 'GlobalMaxPooling2D'],
  read({ config, builder, input }) {
    config.channelsLast();
    const type = config.className === 'GlobalMaxPooling2D' ? 'GlobalMaxPool' : 'GlobalAveragePool';
    const pooled = builder.op(type, [firstOf(builder, input())]);
    if (config.flag('keepdims', false)) return fromFirst(builder, pooled);
    return fromLast(builder, builder.op('Reshape', [pooled, builder.ints([0, -1])]));
  },
};
