// Layers that only lay elements out anew: Flatten, Reshape, Permute, RepeatVector.
import { type Activation, fromLast, lastOf, toLast } from '../activation';
import type { LayerContext, LayerFamily } from '../family';

/** In the order of channels last, wherever they lie. */
export const flatten: LayerFamily = {
  classes: ['Flatten'],
  read({ config, builder, input }) {
    const value = input();
    const rank = value.shape.length;
    const own = lastOf(builder, value);
    const turned = config.channelsFirst() && rank > 2 ? builder.op('Transpose', [own], { perm: toLast(rank) }) : own;
    return fromLast(builder, builder.op('Reshape', [turned, builder.ints([0, -1])]));
  },
};

/** target_shape leaves the batch out; −1 or null is what is left. */
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

/** dims counts axes from one, without the batch. */
export const permute: LayerFamily = {
  classes: ['Permute'],
  read({ config, builder, input }) {
    const value = input();
    const order = [0, ...config.list('dims').map(Number)];
    const expected = value.shape.map((_, axis) => axis);
    if ([...order].sort((a, b) => a - b).join() !== expected.join()) {
      config.fail(`dims ${JSON.stringify(config.fields.dims)} is no order of the axes of [${value.shape.join(', ')}]`);
    }
    return fromLast(builder, builder.op('Transpose', [lastOf(builder, value)], { perm: order }));
  },
};

/** [batch, features] to [batch, n, features]. */
export const repeatVector: LayerFamily = {
  classes: ['RepeatVector'],
  read(context): Activation {
    const { config, builder, input } = context;
    const wide = builder.op('Unsqueeze', [lastOf(builder, input()), builder.ints([1])]);
    return fromLast(builder, repeated(context, wide, config.size('n')));
  },
  // What is laid out along the new axis later may be channels.
  resize: (config, { output }) => ({ ...config, n: output[1] }),
};

/** Expand to n along axis 1. */
function repeated({ builder }: LayerContext, value: string, n: number): string {
  return builder.op('Expand', [value, builder.ints([1, n, 1])]);
}
