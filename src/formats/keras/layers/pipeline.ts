// Pipeline: layers that prepare images, one after the other.
import type { Activation } from '../activation';
import type { LayerFamily } from '../family';

export const pipeline: LayerFamily = {
  classes: ['Pipeline'],
  read({ config, inputs, wrapped }) {
    return config
      .list('layers')
      .reduce<readonly Activation[]>(
        (values, json, i) => wrapped({ attribute: `layers/${i}`, name: '' }, json, values),
        inputs,
      );
  },
};
