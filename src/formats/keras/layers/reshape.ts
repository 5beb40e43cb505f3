// Reshape to target_shape, which leaves the batch out; −1 or null is what is left.
import { fromLast, lastOf } from '../activation';
import type { LayerFamily } from '../family';

export const reshape: LayerFamily = {
  classes: ['Reshape'],
  read({ config, builder, input }) {
    const target = config.list('target_shape').map((size) => {
      if (size === null || size === -1) return -1;
      if (!Number.isInteger(size) || (size as number) < 1) config.fail(`target_shape holds ${JSON.stringify(size)}`);
      return size as number;
    });
    if (target.filter((size) => size === -1).length > 1) config.fail('target_shape leaves more than one size open');
    return fromLast(builder, builder.op('Reshape', [lastOf(builder, input()), builder.ints([0, ...target])]));
  },
  resize(config, { output }) {
    const target = Array.isArray(config.target_shape) ? config.target_shape : [];
    const sizes = output.slice(1);
    return { ...config, target_shape: target.map((size, i) => (size === null || size === -1 ? size : sizes[i])) };
  },
};
