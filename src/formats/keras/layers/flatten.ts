// Flatten, in Keras' channels-last order.
import { fromLast, lastOf } from '../activation';
import type { LayerFamily } from '../family';

export const flatten: LayerFamily = {
  classes: ['Flatten'],
  read({ config, builder, input }) {
    config.channelsLast();
    return fromLast(builder, builder.op('Reshape', [lastOf(builder, input()), builder.ints([0, -1])]));
  },
};
