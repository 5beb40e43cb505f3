// LayerScale, of the ConvNeXt models in keras.applications: every channel times a number of its own.
import { fixed } from '../../../model/graph';
import { fromLast, lastOf } from '../activation';
import type { LayerFamily } from '../family';

export const layerScale: LayerFamily = {
  classes: ['LayerScale'],
  read({ builder, config, input, weight }) {
    const value = input();
    const gamma = weight('gamma', [fixed(value.shape, -1, `the input of "${config.name}"`)]);
    return fromLast(builder, builder.op('Mul', [lastOf(builder, value), gamma]));
  },
  resize: (config, { weight }) => ({ ...config, projection_dim: weight('gamma')?.[0] }),
};
