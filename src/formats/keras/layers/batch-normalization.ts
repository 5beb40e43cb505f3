// BatchNormalization over the last axis: gamma and beta (either may be absent), moving mean and variance.
import { fixed } from '../../../model/graph';
import { float32Weight } from '../../../model/weight';
import { firstOf, fromFirst, fromLast, lastOf } from '../activation';
import type { LayerContext, LayerFamily } from '../family';

export const batchNormalization: LayerFamily = {
  classes: ['BatchNormalization', 'BatchNormalizationV1', 'BatchNormalizationV2'],
  read(context) {
    const { config, builder, input } = context;
    const value = input();
    const rank = value.shape.length;
    const axis = Number(Array.isArray(config.fields.axis) ? config.fields.axis[0] : config.number('axis', -1));
    if (axis !== -1 && axis !== rank - 1) config.fail(`axis ${axis} is not known yet, only the last`);
    if (rank !== 2 && rank !== 4) config.fail(`an input of ${rank} axes is not known yet, only 2 and 4`);
    const channels = fixed(value.shape, -1, `the input of "${config.name}"`);
    const parameters = [
      given(context, 'scale', 'gamma', channels, 1),
      given(context, 'center', 'beta', channels, 0),
      context.weight('moving_mean', [channels], false),
      context.weight('moving_variance', [channels], false),
    ];
    const attributes = { epsilon: config.number('epsilon', 1e-3), momentum: config.number('momentum', 0.99) };
    const normalize = (x: string): string => builder.op('BatchNormalization', [x, ...parameters], attributes);
    return rank === 4
      ? fromFirst(builder, normalize(firstOf(builder, value)))
      : fromLast(builder, normalize(lastOf(builder, value)));
  },
};

/** The layer's own weight, or a constant one that no file holds and no training changes. */
function given(
  { config, builder, weight }: LayerContext,
  flag: string,
  name: string,
  size: number,
  value: number,
): string {
  if (config.flag(flag, true)) return weight(name, [size]);
  const constant = float32Weight(
    `${config.name}/${name} (constant)`,
    [size],
    new Float32Array(size).fill(value),
    false,
  );
  return builder.addWeight(constant);
}
